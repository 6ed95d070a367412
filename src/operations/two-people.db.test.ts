import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ProvedActor } from "../../test/support/proved-people.ts";
import { provedPerson, secondAccountOf } from "../../test/support/proved-people.ts";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { Actor } from "../access/roles.ts";
import { operations } from "./all-operations.ts";
import { runOperation } from "./operation.ts";
import { uuidOf } from "./values.ts";

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

async function hashOf(proposal: string | undefined): Promise<string> {
  const { proposals } = await runOperation(operations.listProposals, company.context, {});
  return proposals.find((one) => one.id === proposal)?.contentHash ?? "";
}

async function approve(who: Actor, proposal: string | undefined, hash?: string) {
  const input = { id: proposal, contentHash: hash ?? (await hashOf(proposal)) };
  return runOperation(operations.approveProposal, as(who), input);
}

async function audited(): Promise<string[]> {
  const { rows } = await company.pool.query<{ line: string }>(
    "select concat_ws(' ', operation, actor, second_actor) as line from audit order by at",
  );
  return rows.map(({ line }) => line);
}

const verify = async (name: string): Promise<readonly string[]> => {
  const input = { only: [name] };
  const { results } = await runOperation(operations.verifyInvariants, company.context, input);
  return results.flatMap((one) => one.violations.map(({ what }) => what));
};

describe("a difference that is accepted", () => {
  /** Somebody edited invoice 7 in the target; of `legalEntity`, or of none. */
  async function drift(legalEntity: string | null = "US"): Promise<string> {
    await company.pool.query(
      `insert into observation (target, type, external_id, state, verdict, drift)
       values ('plain', 'invoice', '7', 'live', 'edited', 'amount 1 2')`,
    );
    const { rows } = await company.pool.query<{ id: string }>(
      `insert into exception_case (id, kind, cause, code, title, message, target, document, drift,
         legal_entity, amount_minor, currency)
       values (gen_random_uuid(), 'drift', 'c', 'E_DRIFT', 'Edited', 'by Bo', 'plain', 'invoice 7',
         'amount 1 2', $1, 100, 'EUR') returning id`,
      [legalEntity],
    );
    return rows[0]?.id ?? "";
  }

  const propose = (who: Actor, id: string, yes = true) =>
    runOperation(operations.acceptDifference, as(who), { id, reasonCode: "booked-by-hand", yes });

  test("given a plan or a proposal, then nothing has changed; another person's word settles it", async () => {
    const id = await drift();
    expect(await propose(company.context.actor, id, false)).toMatchObject({
      content: { document: "invoice 7", amount: { amount: "1.00" } },
      proposal: undefined,
    });
    await expect(propose(company.context.actor, id)).rejects.toThrow(/proves nobody/);
    const { proposal } = await propose(ada, id);
    await expect(approve(ada, proposal)).rejects.toThrow(/Ada proposed it/);
    await expect(approve(secondAccountOf(ada), proposal)).rejects.toThrow(/Ada proposed it/);
    expect((await company.pool.query("select accepted from observation")).rows).toEqual([
      { accepted: null },
    ]);
    expect(await approve(ben, proposal)).toMatchObject({ people: ["Ada", "Ben"] });
    const settled = await company.pool.query(
      "select x.state, x.resolution, o.accepted from exception_case x, observation o",
    );
    expect(settled.rows).toEqual([
      { state: "resolved", resolution: "accepted: booked-by-hand", accepted: "amount 1 2" },
    ]);
    expect(await audited()).toEqual(["propose-acceptance Ada", "accept-difference Ben Ada"]);
    expect(await verify("FourEyes")).toEqual([]);
    await expect(approve(ben, proposal, "0".repeat(64))).rejects.toThrow(/is approved/);
  });

  test("given that somebody edits it again meanwhile, then the approval is refused", async () => {
    const id = await drift();
    const { proposal } = await propose(ada, id);
    await company.pool.query("update exception_case set drift = 'amount 1 3', message = 'again'");
    await expect(approve(ben, proposal)).rejects.toThrow(/not what it was/);
    expect((await company.pool.query("select state from exception_case")).rows).toEqual([
      { state: "open" },
    ]);
  });

  test("given an approver of one legal entity, then the target's account is not theirs", async () => {
    const { proposal } = await propose(ada, await drift());
    const entityRoles = [{ role: "approver" as const, legalEntity: "US" }];
    await expect(approve({ ...ben, roles: [], entityRoles }, proposal)).rejects.toThrow(
      /may not do this/,
    );
  });
});

describe("a reference that is repaired", () => {
  const P1 = "shop/product/p1";

  function billed(id: string, at: number) {
    const draft = invoice(id, "c1", at);
    return { ...draft, references: [...draft.references, { role: "product", key: P1 }] };
  }

  /** Two invoices that name product p1, which the target refuses as item 15. */
  async function refused(): Promise<string> {
    const { pool, server } = company;
    await pool.query(
      `insert into link (target, object, external_id, reference) values
         ('plain', $1, '15', 'r1'), ('plain', 'shop/product/p2', '77', 'r2')`,
      [P1],
    );
    await company.tell(customer("c1", 0));
    await company.work();
    server.mishaps.push("refused", "refused");
    await company.tell(billed("1", 5), billed("2", 6));
    await company.work();
    const { causes } = await runOperation(operations.listExceptions, company.context, {});
    expect(causes).toMatchObject([{ cases: 2 }]);
    return causes[0]?.example ?? "";
  }

  const repair = (who: Actor, id: string, more: object = {}) =>
    runOperation(operations.repairReference, as(who), { id, object: P1, to: "77", ...more });

  const linkOf = async (): Promise<unknown> => {
    const found = await company.pool.query("select * from link where object = $1", [P1]);
    const [row] = found.rows as { external_id: string; chosen: boolean }[];
    return [row?.external_id, row?.chosen];
  };

  test("given a dry run, then it shows the requests that would leave, and leaves all as it is", async () => {
    const id = await refused();
    const shown = await runOperation(operations.showReferences, as(ada), { id });
    expect(shown.references).toMatchObject([
      { object: "shop/customer/c1", fixed: expect.stringContaining("corrected in its source") },
      { object: P1, externalId: "15", alike: [{ externalId: "77" }] },
    ]);
    const plan = await repair(company.context.actor, id);
    expect(plan).toMatchObject({ sent: 2, left: 0, waiting: 0, proposal: undefined });
    const [first] = plan.sends;
    expect(first?.before?.body).toMatchObject({ links: { [P1]: "15" } });
    expect(first?.request?.body).toMatchObject({ links: { [P1]: "77" } });
    expect(plan.content).toMatchObject({ from: "15", to: "77", toName: "product p2" });
    expect(await linkOf()).toEqual(["15", false]);
    expect(company.server.effects).toHaveLength(1);
  });

  test("given another person's word, then exactly those go, with the request that was shown", async () => {
    const id = await refused();
    const plan = await repair(ada, id, { yes: true, note: "p1 goes by 77" });
    await expect(approve(ada, plan.proposal)).rejects.toThrow(/Ada proposed it/);
    await expect(approve(secondAccountOf(ada), plan.proposal)).rejects.toThrow(/Ada proposed it/);
    await approve(ben, plan.proposal);
    expect(await linkOf()).toEqual(["77", true]);
    await company.work();
    const sent = company.server.effects.slice(1).map(({ body }) => JSON.parse(body) as unknown);
    expect(sent).toHaveLength(2);
    expect(sent).toEqual(expect.arrayContaining(plan.sends.map((one) => one.request?.body)));
    const open = await runOperation(operations.listExceptions, company.context, {});
    expect(open.causes).toEqual([]);
    expect(await audited()).toEqual(["propose-repair Ada", "repair-reference Ben Ada"]);
    for (const name of ["FourEyes", "SingleEffect", "KeyStability"]) {
      expect(await verify(name), name).toEqual([]);
    }
  });

  test("given that one of them was settled meanwhile, then the approval is refused", async () => {
    const id = await refused();
    const { proposal } = await repair(ada, id, { yes: true });
    await runOperation(operations.retryException, company.context, { id, yes: true });
    await company.work();
    await expect(approve(ben, proposal)).rejects.toThrow();
    expect(await linkOf()).toEqual(["15", false]);
  });

  test("given that its case is settled while the approval waits for it, then nothing is chosen", async () => {
    const id = await refused();
    const { proposal, content } = await repair(ada, id, { yes: true });
    const contentHash = await hashOf(proposal);
    const { pool } = company;
    const other = await pool.connect();
    await other.query("begin");
    await other.query(
      `update exception_case set state = 'resolved', resolution = 'posted after all'
       where id = $1`,
      [uuidOf("exception", id)],
    );
    const approval = approve(ben, proposal, contentHash);
    const refusal = expect(approval).rejects.toMatchObject({
      code: "E_OPERATIONS_NOTHING_TO_REPAIR",
    });
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await vi.waitUntil(async () => (await pool.query(waiting)).rowCount === 1);
    await other.query("commit");
    other.release();
    await refusal;
    expect(content.handoffs).toHaveLength(2);
    expect(await linkOf()).toEqual(["15", false]);
  });

  test("given another id there meanwhile, then the approval is refused", async () => {
    const { proposal } = await repair(ada, await refused(), { yes: true });
    await company.pool.query("update link set external_id = '16' where object = $1", [P1]);
    await expect(approve(ben, proposal)).rejects.toThrow(/not what it was/);
    expect(await linkOf()).toEqual(["16", false]);
  });

  test("given a customer, what is not named, or an id with a space, then it is refused", async () => {
    const id = await refused();
    await expect(repair(ada, id, { object: "shop/customer/c1" })).rejects.toThrow(
      /corrected in its source/,
    );
    await expect(repair(ada, id, { object: "shop/product/p9" })).rejects.toThrow(
      /does not name it/,
    );
    await expect(repair(ada, id, { to: "7 7" })).rejects.toThrow(/without spaces/);
    const same = await repair(ada, id, { to: "15" });
    expect(same).toMatchObject({ sent: 0, left: 2 });
    expect(same.sends[0]?.why).toMatch(/the one that was refused/);
  });

  test("given a choice, then a later confirmation of the object does not unsay it", async () => {
    const { proposal } = await repair(ada, await refused(), { yes: true });
    await approve(ben, proposal);
    // As recording a confirmation writes a link.
    await company.pool.query(
      `insert into link (target, object, external_id, reference) values ('plain', $1, '15', 'r1')
       on conflict (target, object) do update set external_id = excluded.external_id
       where not link.chosen`,
      [P1],
    );
    expect(await linkOf()).toEqual(["77", true]);
  });
});
