import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ProvedActor } from "../../../test/support/proved-people.ts";
import { provedPerson } from "../../../test/support/proved-people.ts";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import type { Actor } from "../../access/roles.ts";
import { openBodies } from "../../store/bodies.ts";
import { operations } from "../all-operations.ts";
import type { OperationContext } from "../operation.ts";
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

const erase = (context: OperationContext = company.context) =>
  runOperation(operations.eraseParty, context, { party: PARTY, confirm: true });

/** A target that keeps copies and is slow to forget them: this comes to pass meanwhile. */
function whileForgetting(comes: () => Promise<unknown>) {
  const forgotten: string[][] = [];
  const targets = new Map(
    [...company.context.targets].map(([name, target]) => [
      name,
      {
        ...target,
        forget: async (events: readonly { readonly subject: string }[]) => {
          forgotten.push(events.map((one) => one.subject));
          if (forgotten.length === 1) await comes();
        },
      },
    ]),
  );
  return { forgotten, context: { ...company.context, targets } };
}

async function rawMessages(): Promise<string[]> {
  const { pool, keyring } = company.context;
  keyring.forget();
  const { rows } = await pool.query("select id, key_id, body as bytes from inbound order by id");
  const bodies = await openBodies(keyring, "inbound", rows);
  return bodies.map((body) => new TextDecoder().decode(body));
}

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

test("given a message that comes while it runs and is settled, then its bytes go as well", async () => {
  await company.tell(customer("c1", 0, "Zebrowska GmbH"));
  await company.work();
  const { context, forgotten } = whileForgetting(async () => {
    await company.tell(customer("c1", 9, "Nowak GmbH"), invoice("1", "c1", 10));
    await company.work();
  });
  expect((await erase(context)).done).toBe(true);
  expect((await rawMessages()).join(" ")).not.toMatch(/zebrowska|nowak|A-1/i);
  expect(forgotten).toEqual([[PARTY], [PARTY, "shop/invoice/1"]]);
  expect(await violated()).toEqual([]);
});

test("given one that comes while it runs and is still to be sent, then the key stays until it is sent", async () => {
  await company.tell(customer("c1", 0, "Zebrowska GmbH"));
  await company.work();
  const { context } = whileForgetting(() => company.tell(customer("c1", 9, "Nowak GmbH")));
  await expect(erase(context)).rejects.toThrow(/1 handoffs that are not settled/);
  await company.work();
  expect(company.server.effects.at(-1)?.body).toContain("Nowak GmbH");
  expect((await erase()).done).toBe(true);
  expect((await rawMessages()).join(" ")).not.toMatch(/zebrowska|nowak/i);
});
