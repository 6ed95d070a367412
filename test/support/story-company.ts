/**
 * A small company for tests of operations: real contracts, intake, routing, lanes and a target over
 * HTTP; only the source is made up, for a vendor's shapes would distract here.
 */
import type { SourceConnection } from "../../src/connectors/kit/source.ts";
import type {
  CallTarget,
  EpochMarker,
  LedgerMark,
  TargetDocument,
} from "../../src/connectors/kit/target.ts";
import { checkContract } from "../../src/contracts/check-contract.ts";
import type { EventDraft } from "../../src/contracts/envelope.ts";
import { makeEpochGuard } from "../../src/engine/lanes/epoch-guard.ts";
import type { LaneContext } from "../../src/engine/lanes/lane-context.ts";
import { makeLaneSignals } from "../../src/engine/lanes/lane-signals.ts";
import { runLane } from "../../src/engine/lanes/run-lane.ts";
import type { FactMaker } from "../../src/intake/fact-maker.ts";
import { makeFactOfRaw } from "../../src/intake/make-fact.ts";
import { storeFacts } from "../../src/intake/store-facts.ts";
import { parseMoney } from "../../src/kernel/money.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import type { Flow } from "../../src/routing/flow.ts";
import { makeRouter } from "../../src/routing/route-event.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { declareBudgets } from "../../src/store/declare-budgets.ts";
import { findDueHeads } from "../../src/store/find-due-heads.ts";
import type { HeadKey } from "../../src/store/release-handoffs.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import { freshDatabase } from "./database.ts";
import type { PlainServer } from "./plain-target.ts";
import { plainTarget, startPlainServer } from "./plain-target.ts";
import { testKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

/** What is done at a company, on one pool. */
export interface CompanyActs {
  readonly context: OperationContext;
  /** Takes facts in and releases what they made possible; returns the verdicts. */
  tell(...drafts: readonly EventDraft[]): Promise<string[]>;
  /** Lets the lane send what is ready, and what that released. */
  send(): Promise<void>;
  /** Lets the lane send until nothing moves any more. */
  work(): Promise<void>;
}

export interface Company extends CompanyActs {
  readonly pool: Pool;
  readonly server: PlainServer;
  /** The same company, whose statements go through that pool. */
  over(pool: Pool): CompanyActs;
  close(): Promise<void>;
}

const START = Date.UTC(2026, 10, 1, 10);
const BUDGET = { name: "plain", concurrency: 2, ratePerSecond: undefined };

const flow: Flow = {
  name: "bill",
  version: 1,
  model: "event-driven",
  source: "shop",
  target: "plain",
  routes: [
    {
      events: ["customer.created", "customer.updated"],
      decide: () => ({ operation: "customer.upsert" }),
      serviceClass: "normal",
      deadlineMinutes: 60,
      needs: [],
    },
    {
      events: ["invoice.finalized", "invoice.paid"],
      decide: (event) =>
        event.type === "invoice.paid" ? { skip: "payments-later" } : { operation: "invoice.post" },
      serviceClass: "critical",
      deadlineMinutes: 60,
      needs: ["customer"],
    },
  ],
};

function draft(type: string, id: string, at: number, data: Json, more: Partial<EventDraft>) {
  const subject = `shop/${type.split(".")[0]}/${id}`;
  const occurred = new Date(START + at * 1000).toISOString();
  const base = { type, subject, root: subject, occurred, version: String(at), data };
  return { ...base, references: [], mentions: [], legalEntity: "US", ...more } as EventDraft;
}

export function customer(id: string, at: number, name = `Customer ${id}`): EventDraft {
  const createdAt = new Date(START).toISOString();
  const data = { id, name, addresses: [], createdAt, metadata: {} };
  return draft(at === 0 ? "customer.created" : "customer.updated", id, at, data, {});
}

export function invoice(
  id: string,
  customerId: string,
  at: number,
  euros = "1190.00",
  type: "invoice.finalized" | "invoice.paid" = "invoice.finalized",
): EventDraft {
  const euro = (amount: string) => ({ amount, currency: "EUR" });
  const nothing = { country: "DE", taxRegistrations: [] };
  const paid = type === "invoice.paid";
  const line = {
    ...{ id: `${id}-1`, description: "Licence", quantity: "1", amount: euro(euros) },
    ...{ allowances: [], net: euro(euros), taxes: [] },
  };
  const data = {
    ...{ id, number: `A-${id}`, type: "invoice", status: paid ? "paid" : "open" },
    ...{ customerId, issueDate: "2026-11-01", timeZone: "Europe/Berlin", currency: "EUR" },
    ...{ seller: nothing, buyer: nothing, lines: [line], allowances: [], charges: [] },
    ...{ net: euro(euros), taxBreakdown: [], tax: euro("0.00"), gross: euro(euros) },
    settlements: paid ? [{ kind: "payment", amount: euro(euros) }] : [],
    paid: euro(paid ? euros : "0.00"),
    ...{ rounding: euro("0.00"), due: euro(paid ? "0.00" : euros), paymentIds: [], metadata: {} },
  } as unknown as Json;
  const minor = String(parseMoney(euro(euros)).minor);
  return draft(type, id, at, data, {
    references: [{ role: "customer", key: `shop/customer/${customerId}` }],
    mentions: [`A-${id}`],
    amount: { minor, currency: "EUR" },
  });
}

const source: SourceConnection = {
  system: "shop",
  connection: "shop",
  maxBodyBytes: 100_000,
  verify: () => ({ ok: true }),
  identify(raw) {
    const { type, subject, occurred, version } = raw as unknown as EventDraft;
    if (type === undefined) return { ok: false, code: "E_SHOP_SHAPE", reason: "no type" };
    const factId = `${type} ${subject} ${version}`;
    const identity = { factId, occurredMs: Date.parse(occurred), stable: raw, kind: type };
    return { ok: true, identity };
  },
  translate: (raw) => ({ kind: "events", events: [raw as unknown as EventDraft] }),
};

/** The plain server's documents, as a target lists them. */
async function* documentsOf(server: PlainServer): AsyncIterable<TargetDocument> {
  for (const [reference, documents] of server.documents) {
    for (const { id, body } of documents) {
      const { data } = JSON.parse(body) as {
        data: { gross?: { amount: string; currency: string } };
      };
      const amount = data.gross === undefined ? undefined : parseMoney(data.gross);
      const type = data.gross === undefined ? "customer" : "invoice";
      yield { type, externalId: id, reference, number: undefined, amount, date: undefined };
    }
  }
}

function markerIn(marks: Map<string, LedgerMark>): EpochMarker {
  return {
    read: async (ledger) => marks.get(ledger),
    write: async (ledger, mark) => void marks.set(ledger, mark),
  };
}

function makerOf(): FactMaker {
  const effects = { "customer.upsert": "state", "invoice.post": "fact" } as const;
  const account = { account: "PLAIN-1", budget: "plain", ordered: true, effects };
  return {
    clock: systemClock,
    random: seededRandom(7),
    hasher: systemHasher,
    route: makeRouter([flow], [{ connection: "plain", ...account }]),
    checkContract,
  };
}

function laneOf(
  parts: Pick<LaneContext, "pool" | "keyring" | "clock" | "random" | "hasher">,
  targets: ReadonlyMap<string, CallTarget>,
  release: LaneContext["release"],
): LaneContext {
  return {
    ...parts,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    hub: "h1",
    budgets: new Map([["plain", { ...BUDGET, targets }]]),
    release,
    wakeMore: () => {},
    crash: () => {},
    stats: { call: () => {} },
  };
}

export interface CompanyOptions {
  /** Another company's target: two ledgers beside each other. */
  readonly server?: PlainServer;
  /** The marks that the target keeps, by ledger; none where it cannot keep any. */
  readonly marks?: Map<string, LedgerMark>;
}

export async function openCompany(
  guard: "external-id" | "probe" = "external-id",
  options: CompanyOptions = {},
): Promise<Company> {
  const database = await freshDatabase();
  const { url } = database;
  const pool = openDatabase({ url, connections: 16, name: "test", onIdleError: () => {} });
  await declareBudgets(pool, [BUDGET]);
  const server = options.server ?? (await startPlainServer({ upsert: guard !== "probe" }));
  const target: CallTarget = {
    ...plainTarget({ url: server.url, guard, timeoutMs: 400 }),
    documents: () => documentsOf(server),
    marker: options.marks && markerIn(options.marks),
  };
  const maker = makerOf();
  const targets = new Map([[target.connection, target]]);
  const keyring = testKeyring(url);
  const parts = { keyring, clock: systemClock, random: maker.random, hasher: systemHasher };
  const over = (on: Pool): CompanyActs => actsOf({ ...parts, pool: on }, maker, targets);
  return {
    ...over(pool),
    pool,
    server,
    over,
    async close() {
      await target.close?.();
      if (options.server === undefined) await server.close();
      await Promise.all([keyring.close(), pool.end()]);
      await database.drop();
    },
  };
}

type Parts = Pick<LaneContext, "pool" | "keyring" | "clock" | "random" | "hasher">;

function actsOf(
  parts: Parts,
  maker: FactMaker,
  targets: ReadonlyMap<string, CallTarget>,
): CompanyActs {
  const { pool, keyring } = parts;
  const release = async (keys: readonly HeadKey[]) => void (await releaseHandoffs(pool, keys));
  const pending: Promise<void>[] = [];
  const sends = laneOf(parts, targets, (keys) => void pending.push(release(keys)));
  const send = async (): Promise<void> => {
    // Each time as a hub does that was started anew: it has looked at no mark yet.
    const lane = { ...sends, epochGuard: makeEpochGuard({ ...parts, log: sends.log }) };
    await runLane(lane, makeLaneSignals(), { budget: "plain", seat: 0 }, laneOptions);
    await Promise.all(pending.splice(0));
    await release(await findDueHeads(pool, ["plain"], 100));
  };
  return {
    context: {
      ...parts,
      actor: { name: "Ada", roles: ["controller", "engineer", "admin"] },
      version: "0.0.0",
      targets,
      sources: new Map([["shop", source]]),
      release,
    },
    async tell(...drafts) {
      const made = drafts.map((one) =>
        makeFactOfRaw(maker, source, one as unknown as Json, "webhook"),
      );
      const store = { pool, keyring, hasher: systemHasher, onCommitted: () => {} };
      const verdicts = await storeFacts(store, made);
      await release(
        made.flatMap((fact) =>
          fact.handoffs.map((h) => ({ target: h.target, object: h.event.subject })),
        ),
      );
      return verdicts.map((verdict) => verdict.kind);
    },
    send,
    async work() {
      for (let quiet = 0, before = ""; quiet < 4; ) {
        await send();
        const counted = "select state, count(*) from handoff group by 1 order by 1";
        const states = await pool.query(counted);
        const now = JSON.stringify(states.rows);
        quiet = now === before && !now.includes("unknown") ? quiet + 1 : 0;
        before = now;
      }
    },
  };
}

const laneOptions = { runMs: 20_000, lingerMs: 20, shouldStop: () => false };
