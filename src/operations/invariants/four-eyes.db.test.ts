import { afterEach, beforeEach, expect, test } from "vitest";
import { provedPerson } from "../../../test/support/proved-people.ts";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import type { Actor } from "../../access/roles.ts";
import { operations } from "../all-operations.ts";
import type { OperationContext } from "../operation.ts";
import { runOperation } from "../operation.ts";

let company: Company;

beforeEach(async () => {
  company = await openCompany();
  await company.tell(customer("c1", 0));
  await company.work();
  company.server.mishaps.push("refused");
  await company.tell(invoice("1", "c1", 5));
  await company.work();
  await excludeByTwo();
});

afterEach(() => company.close());

async function excludeByTwo(): Promise<void> {
  const as = (who: Actor): OperationContext => ({ ...company.context, actor: who });
  const [ada, ben] = [
    await provedPerson(company.pool, "Ada"),
    await provedPerson(company.pool, "Ben"),
  ];
  const { causes } = await runOperation(operations.listExceptions, company.context, {});
  const { proposal = "" } = await runOperation(operations.excludeException, as(ada), {
    ...{ id: causes[0]?.example, reasonCode: "other", expiresAt: "2030-01-01T00:00:00Z" },
    yes: true,
  });
  const { proposals } = await runOperation(operations.listProposals, company.context, {});
  const input = { id: proposal, contentHash: proposals[0]?.contentHash };
  await runOperation(operations.approveProposal, as(ben), input);
}

async function verdict(): Promise<{ state: string; whats: string[]; looked: object }> {
  const input = { only: ["FourEyes"] };
  const { results } = await runOperation(operations.verifyInvariants, company.context, input);
  const found = results.find((one) => one.name === "FourEyes");
  const whats = (found?.violations ?? []).map((one) => one.what);
  return { state: found?.state ?? "", whats, looked: found?.looked ?? {} };
}

test("given an exclusion by two people, then it holds, and says what it looked at", async () => {
  expect(await verdict()).toEqual({
    state: "held",
    whats: [],
    looked: { approvals: 1, accepted: 0, chosen: 0, excluded: 1, handoffs: 2, contents: 1 },
  });
});

test.each([
  [
    "its author as the approver",
    `alter table proposal drop constraint proposal_check;
     update proposal set decided_by = author_id`,
    "approved by its author",
  ],
  [
    "another content than was approved",
    `update proposal set content = jsonb_set(content, '{reasonCode}', '"immaterial"')`,
    "approved content that is not what was approved",
  ],
  [
    "no record of who approved",
    "alter table audit disable trigger all; update audit set second_actor = actor",
    "approved and not in the audit log",
  ],
  [
    "an exclusion that nobody approved",
    `update handoff set state = 'excluded' where operation = 'customer.upsert'`,
    "excluded without an approval",
  ],
  [
    "a difference that nobody approved",
    `insert into exception_case (id, kind, cause, code, title, message, target, document, drift,
       state, resolution)
     values (gen_random_uuid(), 'drift', 'c', 'E_X', 't', 'm', 'plain', 'invoice 1', 'd',
       'resolved', 'accepted: other')`,
    "accepted without an approval",
  ],
  [
    "a reference that nobody approved",
    "update link set chosen = true",
    "a reference that nobody approved",
  ],
])("given %s, then it is named", async (_, damage, what) => {
  await company.pool.query(damage);
  const found = await verdict();
  expect(found.state).toBe("violated");
  expect(found.whats).toContain(what);
});
