import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { rootUrl } from "../../test/support/root.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import { announceHub } from "./announce-hub.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import type { MigrateOptions } from "./migrate.ts";
import { migrate } from "./migrate.ts";

let database: FreshDatabase;
let pool: Pool;
let older: string;
let newer: string;

/** Two versions of the product: the one that is here, and one that brings `9000-next`. */
beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 4, name: "test", onIdleError: () => {} });
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-migrations-"));
  [older, newer] = [path.join(folder, "older"), path.join(folder, "newer")];
  for (const one of [older, newer]) {
    cpSync(new URL("migrations", rootUrl).pathname, one, { recursive: true });
  }
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(path.dirname(older), { recursive: true });
});

function bring(note: string, sql = "create table next_thing (id uuid primary key)"): void {
  mkdirSync(path.join(newer, "9000-next"));
  writeFileSync(path.join(newer, "9000-next", "up.sql"), sql);
  writeFileSync(path.join(newer, "9000-next", "note.md"), note);
}

const start = (folder: string, options?: MigrateOptions) =>
  migrate(pool, folder, systemHasher, options);

async function hasNext(): Promise<boolean> {
  const { rows } = await pool.query("select to_regclass('next_thing') is not null as there");
  return rows[0]?.there === true;
}

describe("an older hub on a newer ledger", () => {
  test("given a migration that breaks, then it refuses and names it", async () => {
    bring("# next\n\nbreaking: yes\n");
    expect(await start(newer)).toEqual(["9000-next"]);
    await expect(start(older)).rejects.toMatchObject({
      code: "E_STORE_SCHEMA_NEWER",
      details: { found: "9000-next" },
    });
  });

  test("given one whose note says nothing, then it is taken as breaking", async () => {
    bring("# next\n\nWe forgot to say.\n");
    await start(newer);
    await expect(start(older)).rejects.toMatchObject({ code: "E_STORE_SCHEMA_NEWER" });
  });

  test("given one that does not break, then it starts, says so, and changes nothing", async () => {
    bring("# next\n\nbreaking: no\n");
    await start(newer);
    const beyond: string[] = [];
    expect(await start(older, { onBeyond: (names) => beyond.push(...names) })).toEqual([]);
    expect(beyond).toEqual(["9000-next"]);
    expect(await start(newer)).toEqual([]);
  });

  test("given a migration from between that it lacks, then it is another line of versions", async () => {
    await pool.query("insert into schema_version values ('0001-zother', 'x', false)");
    await expect(start(older)).rejects.toMatchObject({ code: "E_STORE_SCHEMA_FOREIGN" });
  });

  test("given a ledger from before the word was kept, then every migration counts as breaking", async () => {
    bring("# next\n\nbreaking: no\n");
    await start(newer);
    await pool.query("alter table schema_version drop column breaking");
    await expect(start(older)).rejects.toMatchObject({ code: "E_STORE_SCHEMA_NEWER" });
  });
});

describe("a newer hub beside older ones", () => {
  test("given a migration that breaks and a hub that lives, then it waits, refuses and names both", async () => {
    bring("# next\n\nbreaking: yes\n");
    const beat = setInterval(() => void announceHub(pool, "h2", "http://x", "0.1.0"), 500);
    await announceHub(pool, "h2", "http://x", "0.1.0");
    await expect(start(newer, { hub: "h1" })).rejects.toMatchObject({
      code: "E_STORE_HUBS_ALIVE",
      details: { hubs: "h2 (0.1.0)", migrations: "9000-next" },
    });
    clearInterval(beat);
    expect(await hasNext()).toBe(false);
  }, 30_000);

  test("given its own name from before a kill, then it does not wait for itself", async () => {
    bring("# next\n\nbreaking: yes\n");
    await announceHub(pool, "h1", "http://x", "0.1.0");
    expect(await start(newer, { hub: "h1" })).toEqual(["9000-next"]);
  });

  test("given one that does not break, then it is applied beside them", async () => {
    bring("# next\n\nbreaking: no\n");
    await announceHub(pool, "h2", "http://x", "0.1.0");
    expect(await start(newer, { hub: "h1" })).toEqual(["9000-next"]);
  });
});

describe("a migration", () => {
  test("given a death at any point, then it is there whole or not at all, and the next start ends it", async () => {
    bring(
      "breaking: no",
      "create table next_thing (id uuid); insert into next_thing values (null)",
    );
    for (const label of ["migrate-begun", "migrate-before-commit"]) {
      const crash = (at: string): void => {
        if (at === label) throw new Error(label);
      };
      await expect(start(newer, { crash })).rejects.toThrow(label);
      expect(await hasNext()).toBe(false);
    }
    expect(await start(newer)).toEqual(["9000-next"]);
    expect((await pool.query("select from next_thing")).rowCount).toBe(1);
  });

  test("given two hubs that start at once, then it is applied once", async () => {
    bring("breaking: no");
    const both = await Promise.all([start(newer), start(newer)]);
    expect(both.flat()).toEqual(["9000-next"]);
  });

  test("given a file that was edited after it ran, then it is refused by name", async () => {
    bring("breaking: no");
    await start(newer);
    writeFileSync(path.join(newer, "9000-next", "up.sql"), "select 1");
    await expect(start(newer)).rejects.toMatchObject({ code: "E_STORE_MIGRATION_CHANGED" });
  });
});
