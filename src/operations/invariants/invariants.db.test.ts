import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Company } from "../../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../../test/support/story-company.ts";
import { sealCommitted } from "../../engine/sealer.ts";
import type { Pool } from "../../store/database.ts";
import { countTail } from "../../store/read-evidence.ts";
import { operations } from "../all-operations.ts";
import type { AccessEntry, Evidence, JournalEntry } from "../operation.ts";
import { runOperation } from "../operation.ts";
import type { InvariantResult } from "../verify-invariants.ts";
import { invariants, notApplicableYet } from "./all-invariants.ts";
import { mostAtOnce } from "./quota.ts";

let company: Company;

async function verify(only?: string, evidence: Evidence = {}): Promise<InvariantResult[]> {
  const input = only === undefined ? {} : { only: [only] };
  const context = { ...company.context, evidence };
  return (await runOperation(operations.verifyInvariants, context, input)).results;
}

async function openHonest(): Promise<Company> {
  const made = await openCompany();
  await made.tell(customer("c1", 0), invoice("1", "c1", 5));
  await made.tell(invoice("1", "c1", 9, "1190.00", "invoice.paid"));
  await made.work();
  while ((await countTail(made.pool)).rows > 0) await sealCommitted(made.pool);
  return made;
}

/** Damages the ledger as only somebody with the database's own password could. */
async function damage(...statements: string[]): Promise<void> {
  const client = await company.pool.connect();
  await client.query("set session_replication_role = replica");
  for (const statement of statements) {
    const { rowCount, command } = await client.query(statement);
    if (command !== "ALTER") expect(rowCount, statement).toBeGreaterThan(0);
  }
  await client.query("set session_replication_role = default");
  client.release();
}

const ofInvoice = "object = 'shop/invoice/1'";
const copyOfSend = (changes: string): string => `
  insert into attempt select (x).* from (
    select jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
      'created_at', now() + interval '1 minute') || ${changes}) as x
    from attempt a join handoff h on h.id = a.handoff_id where h.${ofInvoice}) y`;

const plants: readonly (readonly [string, string, ...string[]])[] = [
  ["NoLoss", "understood fact without an event", `delete from event where type = 'invoice.paid'`],
  ["NoLoss", "fact without its raw message", `delete from inbound where kind = 'customer.created'`],
  ["NoLoss", "ignored fact without a rule", `update event_identity set verdict = 'ignored'`],
  ["NoLoss", "dead fact without a dead letter", `update event_identity set verdict = 'dead'`],
  [
    "NoLoss",
    "raw message that became nothing",
    `insert into inbound (id, connection, fact_id, kind, origin, received_at, body, row_hash)
     values (gen_random_uuid(), 'shop', 'f', 'k', 'webhook', now(), '', '')`,
  ],
  [
    "Terminal",
    "exception without an open case and owner",
    `update handoff set state = 'excepted' where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "fact that was superseded",
    `update handoff set state = 'superseded' where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "exclusion without two people, reason and expiry",
    `update handoff set state = 'excluded' where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "waiting without a reason",
    `update handoff set state = 'waiting', changed_at = now() - interval '1 hour' where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "not moving",
    `update handoff set state = 'sent', changed_at = now() - interval '1 hour' where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "out without being let out",
    `update handoff set state = 'ready', changed_at = now() where ${ofInvoice}`,
  ],
  [
    "Terminal",
    "head that lets out what is not out",
    `update object_head set open_handoff = (select id from handoff where ${ofInvoice})
     where ${ofInvoice}`,
  ],
  [
    "Conservation",
    "handoff with other money than its event",
    `update handoff set amount_minor = 118999 where ${ofInvoice}`,
  ],
  [
    "Conservation",
    "money of the source is not the money handed off",
    `update handoff set amount_minor = 118999 where ${ofInvoice}`,
  ],
  [
    "Conservation",
    "event that a flow neither handed off nor skipped",
    `insert into event select (x).* from (
       select jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(),
         'recorded_at', now() + interval '1 minute')) as x
       from event e where type = 'invoice.finalized') y`,
  ],
  [
    "LinesTie",
    "document that does not tie",
    `update event set data = convert_to(replace(convert_from(data, 'UTF8'),
      '"gross":{"amount":"1190.00"', '"gross":{"amount":"1190.01"'), 'UTF8')
     where type = 'invoice.finalized'`,
  ],
  [
    "WriteAhead",
    "answered before it was written",
    `update attempt set created_at = now() + interval '1 hour'`,
  ],
  [
    "WriteAhead",
    "confirmed without an attempt",
    `update handoff set last_attempt = null where ${ofInvoice}`,
  ],
  ["WriteAhead", "confirmed by a probe without being adopted", `update attempt set kind = 'probe'`],
  ["WriteAhead", "sent without taking its reference", "delete from effect"],
  ["NoBlindRetry", "sent again blindly", copyOfSend(`'{"guard": "probe"}'`)],
  [
    "NoBlindRetry",
    "sent again blindly",
    copyOfSend(`jsonb_build_object('request_hash', sha256('other'))`),
  ],
  [
    "PayloadBinding",
    "one send key with several requests",
    copyOfSend(`jsonb_build_object('request_hash', sha256('other'))`),
  ],
  [
    "PayloadBinding",
    "request that is not what its hash says",
    `update attempt set request = 'other' where request is not null`,
  ],
  [
    "KeyStability",
    "reference that is not made of its effect",
    `update handoff set reference = 'aaaaaaaaaaaaaaaa' where ${ofInvoice}`,
  ],
  [
    "KeyStability",
    "one reference for two effects",
    `update effect set operation = 'refund.post' where ${ofInvoice}`,
  ],
  [
    "Order",
    "head that forgot a confirmed version",
    `update object_head set confirmed_version = 1 where ${ofInvoice}`,
  ],
  [
    "Immutability",
    "table that may be changed",
    "alter table event disable trigger event_immutable",
  ],
  ["Immutability", "changed row of event", `update event set data = data || ' '`],
  ["Immutability", "changed row of inbound", `update inbound set body = 'other'`],
  ["Immutability", "changed row of attempt", "update attempt set request = 'other'"],
  ["Immutability", "changed row of outcome", "update outcome set answer = 'other'"],
  ["Chain", "changed row of event", `update event set subject = subject || 'x'`],
  ["Chain", "changed row of attempt", "update attempt set send_key = 'other'"],
  ["Chain", "changed row of outcome", "update outcome set class = 'refused'"],
  ["Chain", "changed content of inbound", `update inbound set body = 'other'`],
  ["Chain", "missing row of event", `delete from event where type = 'invoice.paid'`],
  ["Chain", "added row of attempt", copyOfSend(`'{}'::jsonb`)],
  ["Chain", "changed block", "update seal_block set sealed_at = sealed_at + interval '1 second'"],
  ["Chain", "missing block", "update seal_block set number = number + 1"],
  [
    "Chain",
    "table that may be changed",
    "alter table seal_block disable trigger seal_block_immutable",
  ],
  ["Lineage", "event without its raw message", `delete from inbound where kind = 'invoice.paid'`],
  ["Lineage", "handoff without its event", `delete from event where type = 'invoice.finalized'`],
  ["Lineage", "handoff about another object than its event", `update handoff set object = 'x/y/z'`],
  ["Lineage", "outcome without an attempt", "delete from attempt"],
  ["Lineage", "attempt without a handoff", `delete from handoff where ${ofInvoice}`],
  ["Lineage", "link without an effect", `delete from effect where ${ofInvoice}`],
  ["Lineage", "link to a handoff that nobody made", `delete from handoff where ${ofInvoice}`],
  [
    "Lineage",
    "events of a contract that is not kept",
    `update event set contract_version = 99 where type = 'invoice.paid'`,
  ],
];

/** Each damage is done, looked at and taken back in one transaction: one ledger serves them all. */
describe("a damaged ledger", () => {
  beforeAll(async () => {
    company = await openHonest();
  });
  afterAll(() => company.close());

  test.each(plants)("%s names: %s", async (name, what, ...statements) => {
    const client = await company.pool.connect();
    try {
      await client.query("begin; set local session_replication_role = replica");
      for (const statement of statements) {
        const { rowCount, command } = await client.query(statement);
        if (command !== "ALTER") expect(rowCount, statement).toBeGreaterThan(0);
      }
      const context = { ...company.context, pool: client as unknown as Pool };
      const input = { only: [name] };
      const { results } = await runOperation(operations.verifyInvariants, context, input);
      expect(results[0]).toMatchObject({ name, state: "violated" });
      const found = results[0]?.violations.filter((one) => one.what === what) ?? [];
      expect(found.length).toBeGreaterThan(0);
      for (const one of found) {
        expect(one.ids.every((id) => id !== "")).toBe(true);
        expect(one.detail).not.toBe("");
      }
    } finally {
      await client.query("rollback");
      client.release();
    }
  });

  test("then nothing of the damage is left, or the cases above would prove nothing", async () => {
    expect((await verify()).filter((one) => one.state === "violated")).toEqual([]);
  });
});

describe("invariants", () => {
  beforeEach(async () => {
    company = await openHonest();
  });
  afterEach(() => company.close());

  test("given an honest ledger, then all hold that can be checked, and the rest says why", async () => {
    const results = await verify();
    const states = new Map(results.map((one) => [one.name, one.state]));
    for (const { name } of invariants) {
      expect(states.get(name), name).toBe(name === "Quota" ? "not checked" : "held");
    }
    for (const name of Object.keys(notApplicableYet)) {
      expect(states.get(name), name).toBe("not applicable yet");
    }
    for (const one of results.filter((found) => found.state === "held")) {
      const total = Object.values(one.looked).reduce((sum, count) => sum + count, 0);
      expect(total, one.name).toBeGreaterThan(0);
    }
    const conservation = results.find((one) => one.name === "Conservation");
    expect(conservation?.figures).toContain(
      "plain invoice: 2, 2,380.00 EUR = 1 confirmed, 1,190.00 EUR + 1 skipped, 1,190.00 EUR",
    );
  });

  test("given an older customer sent after a newer one, then Order names both", async () => {
    await company.tell(customer("c1", 3));
    await company.work();
    expect((await verify("Order"))[0]?.state).toBe("held");
    await damage(
      "update handoff set version = -1 where object = 'shop/customer/c1' and version = 3",
    );
    const [result] = await verify("Order");
    expect(result?.violations.map((one) => one.what)).toContain("older state over a newer one");
  });

  test("given a state sent again with newer content, then that is no blind retry", async () => {
    await company.tell(customer("c1", 3, "Renamed"));
    await company.work();
    expect(company.server.effects).toHaveLength(3);
    expect((await verify("NoBlindRetry"))[0]?.state).toBe("held");
  });

  test("given answers lost on the way, then what was adopted breaks no invariant", async () => {
    company.server.mishaps.push("lost-after", "cut-before", "too-many", "gibberish");
    await company.tell(...[1, 2, 3, 4].map((n) => customer(`k${n}`, 0)));
    await company.tell(...[1, 2, 3, 4].map((n) => invoice(`j${n}`, `k${n}`, 7)));
    await company.work();
    const violated = (await verify()).filter((one) => one.state === "violated");
    expect(violated).toEqual([]);
  });
});

describe("invariants that read the target", () => {
  beforeEach(async () => {
    company = await openHonest();
  });
  afterEach(() => company.close());

  const reference = (): string =>
    [...company.server.documents].find(([, [one]]) => one?.id === "DOC2")?.[0] ?? "";

  test("given two documents under one reference, then SingleEffect names both", async () => {
    const [first] = company.server.documents.get(reference()) ?? [];
    company.server.documents.get(reference())?.push({ id: "DOC9", body: first?.body ?? "" });
    const [result] = await verify("SingleEffect");
    expect(result?.violations[0]?.ids).toEqual([reference(), "DOC2", "DOC9"]);
    const text = "plain holds DOC2 and DOC9";
    await damage(
      `insert into exception_case (id, kind, cause, code, title, message, handoff_id)
       select gen_random_uuid(), 'handoff', 'c', 'E_X', 't', '${text}', id from handoff
       where ${ofInvoice}`,
    );
    expect((await verify("SingleEffect"))[0]?.state).toBe("held");
  });

  test("given a document nobody asked for under our reference, then NoOrphan names it", async () => {
    company.server.documents.set("zzzzzzzzzzzzzzzz", [{ id: "DOC8", body: '{"data":{}}' }]);
    const [result] = await verify("NoOrphan");
    expect(result?.violations[0]?.ids).toEqual(["zzzzzzzzzzzzzzzz", "DOC8"]);
  });

  test("given a document changed or gone in the target, then Conservation names it", async () => {
    const [document] = company.server.documents.get(reference()) ?? [];
    if (document !== undefined) document.body = document.body.replaceAll("1190.00", "1190.05");
    const [changed] = await verify("Conservation");
    expect(changed?.violations.map((one) => one.detail)).toEqual([
      "plain DOC2 says 1,190.05 EUR, ours 1,190.00 EUR",
    ]);
    await company.tell(invoice("2", "c1", 12));
    await company.work();
    company.server.documents.delete(reference());
    const [gone] = await verify("Conservation");
    expect(gone?.violations.map((one) => one.what)).toEqual([
      "confirmed document that is not there",
    ]);
  });

  test("given a target that cannot be read, then nothing is called held", async () => {
    const [target] = [...company.context.targets.values()];
    const broken = {
      ...target,
      async *documents() {
        yield* [];
        throw new Error("no right to list");
      },
    } as unknown as typeof target;
    const targets = new Map([["plain", broken as NonNullable<typeof target>]]);
    const context = { ...company.context, targets };
    const only = ["SingleEffect", "NoOrphan", "Conservation"];
    const { results } = await runOperation(operations.verifyInvariants, context, { only });
    expect(results.map((one) => one.state)).toEqual(["not checked", "not checked", "not checked"]);
    expect(results[0]?.why).toContain("no right to list");
  });
});

describe("invariants that read a target's own log", () => {
  beforeEach(async () => {
    company = await openHonest();
  });
  afterEach(() => company.close());

  const at = (second: number): string =>
    new Date(Date.UTC(2026, 10, 1, 10, 0, second)).toISOString();

  test("given more calls at once than seats, then Quota says when", async () => {
    const calls: AccessEntry[] = [1, 2, 3].map((n) => ({
      arrivedAt: at(n),
      answeredAt: at(n + 2),
    }));
    const log = (entries: AccessEntry[]): Evidence => ({
      accessLogs: new Map([["plain", () => listOf(entries)]]),
    });
    expect((await verify("Quota", log(calls)))[0]).toMatchObject({ state: "held" });
    const more = [...calls, { arrivedAt: at(2), answeredAt: at(4), what: "GET /invoice/1" }];
    expect((await verify("Quota", log(more)))[0]).toMatchObject({
      state: "violated",
      violations: [{ ids: ["plain"], detail: expect.stringMatching(/ 2 allowed: .* GET /) }],
    });
    expect(mostAtOnce([])).toEqual({ count: 0, at: "", calls: [] });
  });

  test("given a journal with a request we never wrote, then WriteAhead names it", async () => {
    const journal = (entries: JournalEntry[]): Evidence => ({
      journals: new Map([["plain", () => listOf(entries)]]),
    });
    const references = [...company.server.documents.keys()];
    const later = new Date(Date.now() + 1000).toISOString();
    const fine = references.map((reference) => ({ reference, arrivedAt: later }));
    expect((await verify("WriteAhead", journal(fine)))[0]?.state).toBe("held");
    const early = [{ reference: references[0], arrivedAt: at(0) }];
    const unknown = [{ reference: "qqqqqqqqqqqqqqqq", arrivedAt: later }];
    const [result] = await verify("WriteAhead", journal([...fine, ...early, ...unknown]));
    expect(result?.violations.map((one) => one.ids[0])).toEqual([
      references[0],
      "qqqqqqqqqqqqqqqq",
    ]);
  });
});

async function* listOf<T>(entries: readonly T[]): AsyncIterable<T> {
  yield* entries;
}
