import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { Actor } from "../access/roles.ts";
import { listRequests } from "../store/list-requests.ts";
import { operations } from "./all-operations.ts";
import type { OperationContext } from "./operation.ts";
import { runOperation } from "./operation.ts";

let company: Company;

beforeEach(async () => {
  company = await openCompany();
});

afterEach(() => company.close());

const trace = (id: string) => runOperation(operations.findStory, company.context, { id });

type ProvedActor = Actor & { readonly proof: NonNullable<Actor["proof"]> };

/** People of the ledger, each proved by an account of their first name. */
async function people(...names: string[]): Promise<[ProvedActor, ProvedActor]> {
  const actors: ProvedActor[] = [];
  for (const name of names) {
    const result = await company.pool.query<{ id: string }>(
      "insert into person (id, name) values (gen_random_uuid(), $1) returning id",
      [name],
    );
    const proof = {
      ...{ person: result.rows[0]?.id ?? "", account: name.toLowerCase() },
      means: "session" as const,
    };
    actors.push({ name, roles: ["controller"], proof });
  }
  return actors as [ProvedActor, ProvedActor];
}

function as(actor: Actor | undefined): OperationContext {
  return actor === undefined ? company.context : { ...company.context, actor };
}

function excludeAs(actor: Actor | undefined, more: object) {
  return runOperation(operations.excludeException, as(actor), {
    ...{ reasonCode: "booked-by-hand", expiresAt: "2030-01-01T00:00:00Z", ...more },
  });
}

async function hashOf(proposal: string): Promise<string> {
  const { proposals } = await runOperation(operations.listProposals, company.context, {});
  return proposals.find((one) => one.id === proposal)?.contentHash ?? "";
}

async function excludeByTwo(author: Actor, approver: Actor, what: object) {
  const { proposal = "" } = await excludeAs(author, { ...what, yes: true });
  const contentHash = await hashOf(proposal);
  const input = { id: proposal, contentHash };
  return runOperation(operations.approveProposal, as(approver), input);
}

async function refuseInvoice(): Promise<string> {
  await company.tell(customer("c1", 0));
  await company.work();
  company.server.mishaps.push("refused");
  await company.tell(invoice("1", "c1", 5));
  await company.work();
  const { causes } = await runOperation(operations.listExceptions, company.context, {});
  return causes[0]?.example ?? "";
}

describe("trace", () => {
  test("given a posted invoice, then any id of it tells the same settled story", async () => {
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    await company.work();
    const story = await trace("A-1");
    expect(story.focus.object).toBe("shop/invoice/1");
    expect(story.verdict.state).toBe("settled");
    expect(story.verdict.sentence).toMatch(
      /^Invoice A-1, 1,190\.00 EUR: in plain as DOC2 since \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/,
    );
    const handoff = story.handoffs.find((one) => one.object === "shop/invoice/1");
    const ids = ["1", "shop/invoice/1", "DOC2", handoff?.reference, handoff?.id, handoff?.event];
    ids.push(handoff?.tries[0]?.id, handoff?.correlation, story.events[0]?.inbound);
    for (const id of ids) {
      expect((await trace(id ?? "?")).focus.object, id).toBe("shop/invoice/1");
    }
    expect(operations.findStory.output.parse(story)).toEqual(story);
    expect(story.systems.find((one) => one.connection === "plain")?.fields).toMatchObject({
      id: "DOC2",
      amount: { amount: "1190.00", currency: "EUR" },
    });
  });

  test("given an invoice whose customer was refused, then it says what waits for what", async () => {
    company.server.mishaps.push("refused");
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    await company.work();
    const story = await trace("A-1");
    expect(story.verdict.state).toBe("waiting");
    expect(story.verdict.sentence).toMatch(/waits for customer c1, which has an exception/);
    expect(story.verdict.act?.command).toMatch(/^tieout trace hof_[0-9a-f]{32}$/);
    const blocker = await trace(story.verdict.act?.command.slice(13) ?? "");
    expect(blocker.verdict.state).toBe("exception");
    expect(blocker.verdict.act?.command).toMatch(/^tieout exceptions retry exc_[0-9a-f]{32}$/);
  });

  test("given a rule that skips, or an id nobody knows, then it says so", async () => {
    await company.tell(invoice("1", "c1", 9, "5.00", "invoice.paid"));
    const story = await trace("A-1");
    expect(story.verdict).toMatchObject({ state: "not sent" });
    expect(story.verdict.sentence).toContain("not sent to plain (payments-later)");
    await expect(trace("nothing")).rejects.toThrow(/Nothing here is known by "nothing"/);
  });
});

describe("handoffs", () => {
  test("given every kind of waiting, then each is explained and can be filtered by", async () => {
    await company.tell(invoice("1", "c9", 5), customer("c1", 0), customer("c1", 3));
    await company.tell(customer("c2", 0));
    await company.pool.query(
      "update budget set paused_until = now() + interval '1 hour', pause_code = 'E_BUSY'",
    );
    const list = (input: object) => runOperation(operations.listHandoffs, company.context, input);
    const { handoffs } = await list({});
    const kinds = handoffs.map((one) => [one.object, one.wait?.kind]);
    expect(kinds).toContainEqual(["shop/invoice/1", "need"]);
    expect(kinds).toContainEqual(["shop/customer/c2", "budget-paused"]);
    const need = await list({ reason: "need" });
    expect(need.handoffs.map((one) => one.wait?.text)).toEqual([
      "waits for customer c9, which no event has told us of",
    ]);
    const paged = await list({ limit: 2 });
    const rest = await list({ limit: 100, after: paged.next });
    expect([...paged.handoffs, ...rest.handoffs]).toEqual(handoffs);
  });
});

describe("exceptions", () => {
  test("given one cause, then its cases, money and dependants are told, per currency", async () => {
    company.server.mishaps.push("refused", "refused");
    await company.tell(customer("c1", 0), customer("c2", 0));
    await company.tell(invoice("1", "c1", 5), invoice("2", "c1", 6));
    await company.work();
    const { causes } = await runOperation(operations.listExceptions, company.context, {});
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ cases: 2, dependantsWaiting: 2, money: [] });
  });

  test("given a refusal, then retry plans first, then sends anew under a new generation", async () => {
    const id = await refuseInvoice();
    const retry = (input: object) =>
      runOperation(operations.retryException, company.context, input);
    const plan = await retry({ id });
    expect(plan).toMatchObject({ done: false, retried: 1 });
    expect(plan.steps[0]?.act).toBe("retry as a new send");
    expect(plan.money).toEqual([{ amount: "1190.00", currency: "EUR" }]);
    expect((await trace("A-1")).verdict.state).toBe("exception");
    expect(await retry({ id, yes: true, reason: "period opened" })).toMatchObject({ done: true });
    await company.work();
    const story = await trace("A-1");
    expect(story.verdict.state).toBe("settled");
    expect(story.handoffs[0]?.generation).toBe(1);
    const audit = await company.pool.query("select actor, reason, before, after from audit");
    expect(audit.rows).toMatchObject([
      {
        actor: "Ada",
        reason: "period opened",
        before: { generation: 0 },
        after: { generation: 1 },
      },
    ]);
    await expect(retry({ id, yes: true })).rejects.toThrow(/no open exception/);
  });

  test("given a request that was never sent, then retry keeps the generation", async () => {
    await company.tell(customer("c1", 0));
    await company.work();
    const broken = invoice("1", "c1", 5);
    await company.tell(broken);
    await company.pool.query(
      "update handoff set operation = 'no.such' where object = 'shop/invoice/1'",
    );
    await company.work();
    await company.pool.query(
      "update handoff set operation = 'invoice.post' where object = 'shop/invoice/1'",
    );
    const { causes } = await runOperation(operations.listExceptions, company.context, {});
    const input = { cause: causes[0]?.cause, yes: true };
    const result = await runOperation(operations.retryException, company.context, input);
    expect(result.steps.map((step) => step.act)).toEqual(["retry"]);
    await company.work();
    expect((await trace("A-1")).handoffs[0]).toMatchObject({ state: "confirmed", generation: 0 });
  });

  describe("given a target without a guard that holds something else under our reference", () => {
    async function differing(): Promise<{ id: string; reference: string }> {
      await company.close();
      company = await openCompany("probe");
      await company.tell(customer("c1", 0));
      await company.work();
      company.server.mishaps.push("other");
      await company.tell(invoice("1", "c1", 5));
      await company.work();
      const { causes } = await runOperation(operations.listExceptions, company.context, {});
      const reference = (await trace("A-1")).handoffs[0]?.reference ?? "";
      return { id: causes[0]?.example ?? "", reference };
    }
    async function retry(id: string): Promise<void> {
      const input = { id, yes: true };
      const result = await runOperation(operations.retryException, company.context, input);
      expect(result.steps.map((step) => step.act)).toEqual(["ask the target"]);
      await company.work();
    }

    test("when it is mended there, then a retry adopts it and nothing is sent again", async () => {
      const { id, reference } = await differing();
      const [document] = company.server.documents.get(reference) ?? [];
      const handoff = await company.pool.query<{ id: string }>(
        "select id from handoff where reference = $1",
        [reference],
      );
      const { pool, keyring } = company.context;
      const [sent] = await listRequests(pool, keyring, handoff.rows[0]?.id ?? "");
      const { body } = JSON.parse(new TextDecoder().decode(sent?.request)) as { body: unknown };
      if (document !== undefined) document.body = JSON.stringify(body);
      await retry(id);
      expect((await trace("A-1")).verdict.state).toBe("settled");
      expect(company.server.effects).toHaveLength(2);
    });

    test("when it is voided there, then a retry finds nothing and sends it once more", async () => {
      const { id, reference } = await differing();
      company.server.documents.delete(reference);
      await retry(id);
      expect((await trace("A-1")).verdict.state).toBe("settled");
      expect(company.server.documents.get(reference)).toHaveLength(1);
    });

    test("when nothing was done there, then a retry brings the same case back", async () => {
      const { id } = await differing();
      await retry(id);
      expect((await trace("A-1")).verdict.state).toBe("exception");
      expect(company.server.effects).toHaveLength(2);
    });

    test("then it is not excluded: a document of ours would be declared away", async () => {
      const { id } = await differing();
      const [ada] = await people("Ada", "Ben");
      await expect(excludeAs(ada, { id, yes: true })).rejects.toThrow(
        /may have taken effect in plain/,
      );
    });
  });

  test("given an author, then only another person approves, by whichever account", async () => {
    const id = await refuseInvoice();
    await company.tell(customer("c1", 4));
    const [ada, ben] = await people("Ada", "Ben");
    const plan = await excludeAs(undefined, { id });
    expect(plan).toMatchObject({ content: { reasonCode: "booked-by-hand" }, proposal: undefined });
    await expect(excludeAs(undefined, { id, yes: true })).rejects.toThrow(/proves nobody/);
    const { proposal = "" } = await excludeAs(ada, { id, yes: true });
    expect((await trace("A-1")).verdict.state).toBe("exception");
    const contentHash = await hashOf(proposal);
    const approve = (who: Actor | undefined, hash = contentHash) =>
      runOperation(operations.approveProposal, as(who), { id: proposal, contentHash: hash });
    await expect(approve(undefined)).rejects.toThrow(/proves nobody/);
    await expect(approve(ada)).rejects.toThrow(/Ada proposed it/);
    const secondAccount = { ...ada, name: "A. Meyer", proof: { ...ada.proof, account: "ada2" } };
    await expect(approve(secondAccount)).rejects.toThrow(/Ada proposed it/);
    await expect(approve(ben, "0".repeat(64))).rejects.toThrow(/not what it was/);
    expect(await approve(ben)).toMatchObject({ people: ["Ada", "Ben"] });
    expect((await trace("A-1")).verdict.sentence).toContain("excluded from plain");
    await expect(approve(ben)).rejects.toThrow(/is approved/);
    const audit = await company.pool.query(
      "select operation, actor, second_actor, after -> 'by' as by from audit order by at",
    );
    expect(audit.rows).toMatchObject([
      { operation: "propose-exclusion", actor: "Ada", by: { account: "ada", means: "session" } },
      { operation: "exclude-exception", actor: "Ben", second_actor: "Ada", by: { account: "ben" } },
    ]);
    const only = { only: ["Immutability"] };
    const verified = await runOperation(operations.verifyInvariants, company.context, only);
    expect(verified).toMatchObject({ held: 1, violated: 0 });
  });

  test("given a proposal whose content changed, then its approval is refused", async () => {
    const id = await refuseInvoice();
    const [ada, ben] = await people("Ada", "Ben");
    const { proposal = "" } = await excludeAs(ada, { id, yes: true });
    const contentHash = await hashOf(proposal);
    await company.pool.query(
      "update exception_case set amount_minor = amount_minor + 1 where kind = 'handoff'",
    );
    const approve = (input: object) =>
      runOperation(operations.approveProposal, as(ben), { id: proposal, contentHash, ...input });
    await expect(approve({})).rejects.toThrow(/not what it was/);
    const again = await excludeAs(ada, { id, yes: true });
    await expect(approve({})).rejects.toThrow(/is rejected/);
    const old = { id: again.proposal, contentHash };
    await expect(approve(old)).rejects.toThrow(/not what it was/);
    const fresh = { id: again.proposal, contentHash: await hashOf(again.proposal ?? "") };
    const rejected = await runOperation(operations.rejectProposal, as(ben), {
      id: again.proposal,
      reason: "book it",
    });
    expect(rejected.proposal).toBe(again.proposal);
    await expect(approve(fresh)).rejects.toThrow(/is rejected/);
    expect((await trace("A-1")).verdict.state).toBe("exception");
  });

  test("given an exclusion whose time is over, then it is an exception again, with an owner", async () => {
    const id = await refuseInvoice();
    const [ada, ben] = await people("Ada", "Ben");
    const expiresAt = new Date(Date.now() + 1500).toISOString();
    await excludeByTwo(ada, ben, { id, reasonCode: "other", expiresAt });
    const expire = () => runOperation(operations.expireExclusions, company.context, {});
    expect(await expire()).toEqual({ expired: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1700));
    expect(await expire()).toEqual({ expired: 1 });
    expect(await expire()).toEqual({ expired: 0 });
    const story = await trace("A-1");
    expect(story.verdict.state).toBe("exception");
    expect(story.exceptions.at(-1)).toMatchObject({
      ...{ code: "E_OPERATIONS_EXCLUSION_EXPIRED", ownerRole: "controller", state: "open" },
    });
  });

  test("given an excluded customer, then what needed it becomes an exception of its own", async () => {
    company.server.mishaps.push("refused");
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    await company.work();
    const [ada, ben] = await people("Ada", "Ben");
    const { causes } = await runOperation(operations.listExceptions, company.context, {});
    const what = { id: causes[0]?.example, reasonCode: "not-ours" };
    const result = await excludeByTwo(ada, ben, what);
    expect(result.dependantsExcepted).toBe(1);
    const story = await trace("A-1");
    expect(story.exceptions[0]).toMatchObject({ code: "E_OPERATIONS_NEED_EXCLUDED" });
    const verified = await runOperation(operations.verifyInvariants, company.context, {});
    expect(verified.results.filter((one) => one.state === "violated")).toEqual([]);
  });
});

describe("events, connections, dead letters, doctor", () => {
  test("given facts, then events are listed and shown with their raw bytes", async () => {
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    const list = (input: object) => runOperation(operations.listEvents, company.context, input);
    const { events } = await list({ type: "invoice.finalized" });
    expect(events.map((one) => one.subject)).toEqual(["shop/invoice/1"]);
    const id = events[0]?.id ?? "";
    const shown = await runOperation(operations.showEvent, company.context, { id });
    expect(shown.canonical).toMatchObject({ specversion: "1.0", id, type: "invoice.finalized" });
    expect(JSON.parse(shown.raw?.body ?? "")).toMatchObject({ subject: "shop/invoice/1" });
    const support = { ...company.context, actor: { name: "Sam", roles: ["support" as const] } };
    await expect(runOperation(operations.showEvent, support, { id })).rejects.toThrow(/may not/);
  });

  test("given a fact that breaks its contract, then it is listed as a dead letter", async () => {
    await company.tell({ ...customer("c1", 0), data: { id: "c1" } });
    const found = await runOperation(operations.listDeadLetters, company.context, {});
    expect(found.deadLetters).toMatchObject([{ connection: "shop", state: "open" }]);
  });

  test("given a ledger without a hub, then the doctor says so and what to do", async () => {
    const doctor = () => runOperation(operations.doctor, company.context, {});
    const before = await doctor();
    expect(before.healthy).toBe(false);
    expect(before.checks.find((one) => one.name === "hubs")).toMatchObject({ status: "failed" });
    expect(before.checks.find((one) => one.name === "engine")).toMatchObject({
      status: "not checked",
    });
    await company.pool.query("insert into hub values ('h1', 'a', '0.0.0', now())");
    await company.pool.query("update sending_permission set allowed = false, reason = 'restored'");
    const after = await doctor();
    expect(after.checks.find((one) => one.name === "hubs")).toMatchObject({ status: "ok" });
    expect(after.checks.find((one) => one.name === "sending")?.detail).toContain("restored");
    const shown = await runOperation(operations.listConnections, company.context, {});
    expect(shown.sending).toMatchObject({ allowed: false, reason: "restored" });
    expect(shown.budgets).toMatchObject([{ name: "plain", concurrency: 2, seatsHeld: 0 }]);
  });
});
