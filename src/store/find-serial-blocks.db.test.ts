import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openLaneLedger } from "../../test/support/lane.ts";
import { tell } from "../../test/support/ledger-facts.ts";
import { findSerialBlocks } from "./find-serial-blocks.ts";

/** The server's own function, after half a second: whoever asks comes to the lock late. */
const LATE_LOCK = `
create function public.pg_try_advisory_xact_lock(key bigint) returns boolean language plpgsql as $$
begin
  perform pg_catalog.pg_sleep(0.5);
  return pg_catalog.pg_try_advisory_xact_lock(key);
end $$`;

test("given a seat that claims while another comes to the lock, then the other sees what it claimed", async () => {
  const { pool, close } = await openLaneLedger();
  const groups = [{ name: "plain numbers", operations: ["plain invoice.post"] }];
  await tell(pool, [{ id: "e1", invoice: "i1", at: 1 }]);
  await pool.query(LATE_LOCK);
  const [one, other] = [await pool.connect(), await pool.connect()];
  try {
    await one.query("begin");
    await other.query("begin");
    await other.query("set local search_path = public, pg_catalog");
    expect(await findSerialBlocks(one, "plain", groups)).toEqual([]);
    const late = findSerialBlocks(other, "plain", groups);
    await sleep(200);
    await one.query("update handoff set state = 'sent'");
    await one.query("commit");
    expect(await late).toEqual(["plain invoice.post"]);
    await other.query("rollback");
  } finally {
    one.release();
    other.release();
    await close();
  }
});
