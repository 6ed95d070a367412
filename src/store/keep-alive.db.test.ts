import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { testKeyring } from "../../test/support/system-cipher.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 1, name: "ours", onIdleError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The kernel's table of sockets; where there is none (not Linux), nothing can be read. */
const SOCKETS = "/proc/net/tcp";
const KEEPALIVE = "02";

/** Which timer the kernel runs for our end of a connection. */
function timerOf(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync(SOCKETS, "utf8").split("\n").slice(1);
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.find((one) => one[1]?.endsWith(local))?.[5]?.slice(0, 2);
}

describe.skipIf(!existsSync(SOCKETS))("connections to the ledger", () => {
  test("given they are idle, then the system looks whether the other end is still there", async () => {
    const keyring = testKeyring(database.url);
    await keyring.secrets();
    const { rows } = await pool.query<{ name: string; port: number }>(
      `select application_name as name, client_port as port from pg_stat_activity
       where datname = current_database() and client_port > 0 order by application_name`,
    );
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(["ours", "tieout keys"]));
    await expect
      .poll(() => rows.map(({ port }) => timerOf(port)))
      .toEqual(rows.map(() => KEEPALIVE));
    await keyring.close();
  });
});
