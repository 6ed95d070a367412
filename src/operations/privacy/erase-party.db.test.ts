import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ProvedActor } from "../../../test/support/proved-people.ts";
import { provedPerson } from "../../../test/support/proved-people.ts";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import type { Actor } from "../../access/roles.ts";
import { operations } from "../all-operations.ts";
import { runOperation } from "../operation.ts";

const PARTY = "shop/customer/c1";

let company: Company;
let ada: ProvedActor;
let ben: ProvedActor;

beforeEach(async () => {
  company = await openCompany();
  ada = await provedPerson(company.pool, "Ada");
  ben = await provedPerson(company.pool, "Ben");
});
afterEach(() => company.close());

const as = (actor: Actor) => ({ ...company.context, actor });

const erase = () =>
  runOperation(operations.eraseParty, company.context, { party: PARTY, confirm: true });

async function violated(): Promise<string[]> {
  const only = ["Terminal", "FourEyes", "Immutability", "Chain"];
  const { results } = await runOperation(operations.verifyInvariants, company.context, { only });
  return results.flatMap((one) => one.violations.map(({ what }) => `${one.name}: ${what}`));
}

/** The invoice of the party, excluded by two people until then; the note names the party. */
async function excluded(name: string, until: string): Promise<void> {
  await company.tell(customer("c1", 0, name));
  await company.work();
  company.server.mishaps.push("refused");
  await company.tell(invoice("1", "c1", 5));
  await company.work();
  const { causes } = await runOperation(operations.listExceptions, company.context, {});
  const { proposal } = await runOperation(operations.excludeException, as(ada), {
    ...{ id: causes[0]?.example, reasonCode: "booked-by-hand", note: `${name} paid in cash` },
    ...{ expiresAt: until, yes: true },
  });
  const { proposals } = await runOperation(operations.listProposals, company.context, {});
  const contentHash = proposals.find((one) => one.id === proposal)?.contentHash;
  await runOperation(operations.approveProposal, as(ben), { id: proposal, contentHash });
}

test("given an exclusion whose note names the party, then it still holds and still expires", async () => {
  await excluded("Zebrowska GmbH", new Date(Date.now() + 2500).toISOString());
  expect(await erase()).toMatchObject({ done: true, acts: 2 });
  const { rows } = await company.pool.query("select reason, before, after from audit");
  expect(JSON.stringify(rows)).not.toMatch(/zebrowska/i);
  expect(await violated()).toEqual([]);
  const expire = async () =>
    (await runOperation(operations.expireExclusions, company.context, {})).expired;
  await vi.waitUntil(async () => (await expire()) === 1, { timeout: 5000, interval: 100 });
});

test("given a name that an id spells by chance, then the id stays", async () => {
  await excluded("Abcd", new Date(Date.now() + 60_000).toISOString());
  const { rows } = await company.pool.query<{ digits: string }>(
    "select substr(replace(id::text, '-', ''), 20, 4) as digits from handoff where state = 'excluded'",
  );
  await company.tell(customer("c1", 9, rows[0]?.digits));
  await company.work();
  expect((await erase()).done).toBe(true);
  expect(await violated()).toEqual([]);
});
