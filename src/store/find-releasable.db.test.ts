import { afterEach, beforeEach, expect, test } from "vitest";
import type { LaneLedger } from "../../test/support/lane.ts";
import { openLaneLedger } from "../../test/support/lane.ts";
import { tell } from "../../test/support/ledger-facts.ts";
import { findReleasable } from "./find-releasable.ts";

let ledger: LaneLedger;
beforeEach(async () => {
  ledger = await openLaneLedger();
});
afterEach(() => ledger.close());

const invoice = (id: string) => ({ target: "plain", object: `src/invoice/${id}` });
const customer = { target: "plain", object: "src/customer/c1" };

test("given objects whose heads came free, then those are named that have another handoff", async () => {
  const { pool } = ledger;
  await tell(pool, [
    { id: "a", invoice: "alone", at: 1 },
    { id: "b", invoice: "two", at: 2 },
    { id: "c", invoice: "two", at: 3 },
    { id: "d", invoice: "case", at: 4 },
  ]);
  await pool.query("update handoff set state = 'confirmed' where state = 'ready'");
  await pool.query("update handoff set state = 'excepted' where object = 'src/invoice/case'");
  const freed = [invoice("alone"), invoice("two"), invoice("case"), invoice("never")];
  const found = await findReleasable(pool, freed, []);
  expect(found.map(({ object }) => object).sort()).toEqual(["src/invoice/case", "src/invoice/two"]);
});

test("given an object that the target has now, then those are named that waited for it, once each", async () => {
  const { pool } = ledger;
  await tell(pool, [
    { id: "a", customer: "c1", at: 1 },
    { id: "b", invoice: "i1", customer: "c1", at: 2 },
    { id: "c", invoice: "i1", customer: "c1", at: 3 },
  ]);
  expect(await findReleasable(pool, [], [customer])).toEqual([invoice("i1")]);
  expect(await findReleasable(pool, [invoice("i1")], [customer])).toEqual([invoice("i1")]);
  expect(await findReleasable(pool, [], [])).toEqual([]);
});
