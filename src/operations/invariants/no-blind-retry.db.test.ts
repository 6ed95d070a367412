/** What may lie between two sends of one reference whose target recognises no repeat. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import { operations } from "../all-operations.ts";
import { runOperation } from "../operation.ts";

let company: Company;
beforeEach(async () => {
  company = await openCompany();
  await company.tell(customer("c1", 0), invoice("1", "c1", 5));
  await company.work();
});
afterEach(() => company.close());

/** A copy of the invoice's send with these changes, as only the database's password may make. */
async function plant(changes: string, told?: string): Promise<void> {
  const client = await company.pool.connect();
  await client.query("set session_replication_role = replica");
  await client.query(
    `with made as (insert into attempt select (x).* from (
         select jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
           'guard', 'probe') || ${changes}) as x
         from attempt a join handoff h on h.id = a.handoff_id
         where h.object = 'shop/invoice/1' and a.kind = 'send' limit 1) y
       returning id, handoff_id)
     insert into outcome (id, attempt_id, handoff_id, class, row_hash)
     select gen_random_uuid(), id, handoff_id, $1::text, '' from made where $1::text is not null`,
    [told ?? null],
  );
  await client.query("set session_replication_role = default");
  client.release();
}

const sentAgain = (told?: string) =>
  plant(`jsonb_build_object('created_at', now() + interval '2 hours')`, told);

const seen = (after: string, told: string) =>
  plant(
    `jsonb_build_object('kind', 'probe', 'created_at', a.created_at + interval '${after}')`,
    told,
  );

async function verdict(): Promise<string | undefined> {
  const asked = { only: ["NoBlindRetry"] };
  const { results } = await runOperation(operations.verifyInvariants, company.context, asked);
  return results[0]?.state;
}

test.each([
  ["1 hour", "held"],
  ["1 millisecond", "violated"],
])(
  "given a step that lacked, seen %s after the send, then a second send is %s",
  async (after, state) => {
    await seen(after, "probe-unfinished");
    await sentAgain();
    expect(await verdict()).toBe(state);
  },
);

test("given an answer that was complete but for a step, then the same request may follow", async () => {
  await plant(`jsonb_build_object('created_at', now() + interval '1 hour')`, "unfinished");
  // The first send was done; between it and this one lies nothing.
  expect(await verdict()).toBe("violated");
  await sentAgain("done");
  const asked = { only: ["NoBlindRetry"] };
  const { results } = await runOperation(operations.verifyInvariants, company.context, asked);
  expect(results[0]?.violations).toHaveLength(1);
});
