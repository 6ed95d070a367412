/** Facts for tests of the ledger and the lanes, without a vendor's shapes. */

import type { SourceConnection } from "../../src/connectors/kit/source.ts";
import type { EventDraft } from "../../src/contracts/envelope.ts";
import type { FactMaker } from "../../src/intake/fact-maker.ts";
import { makeFactOfRaw } from "../../src/intake/make-fact.ts";
import { storeFacts } from "../../src/intake/store-facts.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { Flow, TargetFacts } from "../../src/routing/flow.ts";
import { makeRouter } from "../../src/routing/route-event.ts";
import type { Pool } from "../../src/store/database.ts";
import type { Fact } from "../../src/store/fact-rows.ts";
import { releaseHandoffs } from "../../src/store/release-handoffs.ts";
import { plainKeyring } from "./system-cipher.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

/** What a test says happened: a customer's state or an invoice, at a second of its own. */
export interface Happening {
  readonly id: string;
  readonly customer?: string;
  readonly invoice?: string;
  readonly at: number;
  readonly minor?: string;
  readonly unmapped?: boolean;
  readonly note?: string;
}

const START = Date.UTC(2026, 10, 1);

/** A source whose raws are happenings; its contract-less events are for the ledger's own tests. */
export const plainSource: SourceConnection = {
  system: "plain",
  connection: "src",
  maxBodyBytes: 100_000,
  verify: () => ({ ok: true }),
  identify(raw) {
    const happening = raw as unknown as Happening;
    if (typeof happening.id !== "string") {
      return { ok: false, code: "E_PLAIN_SHAPE", reason: "no id" };
    }
    const occurredMs = START + happening.at * 1000;
    const identity = { factId: happening.id, occurredMs, stable: raw, kind: "happening" };
    return { ok: true, identity };
  },
  translate(raw) {
    const happening = raw as unknown as Happening;
    if (happening.note === "ignore") return { kind: "ignored", rule: "test-rule" };
    if (happening.note === "poison") throw new Error("translator bug");
    return { kind: "events", events: [draftOf(happening)] };
  },
};

function draftOf(happening: Happening): EventDraft {
  const isInvoice = happening.invoice !== undefined;
  const subject = isInvoice
    ? `src/invoice/${happening.invoice}`
    : `src/customer/${happening.customer}`;
  const occurred = new Date(START + happening.at * 1000).toISOString();
  const reference = { role: "customer", key: `src/customer/${happening.customer}` };
  return {
    type: isInvoice ? "test.invoice" : "test.customer",
    subject,
    root: subject,
    occurred,
    version: String(happening.at),
    data: happening as unknown as Json,
    references: isInvoice && happening.customer !== undefined ? [reference] : [],
    mentions: [],
    amount: { minor: happening.minor ?? "100", currency: "USD" },
  };
}

const target: TargetFacts = {
  connection: "plain",
  account: "PLAIN-1",
  budget: "plain",
  ordered: true,
  effects: { "customer.upsert": "state", "invoice.post": "fact" },
};

const flow: Flow = {
  name: "test",
  version: 1,
  model: "event-driven",
  source: "src",
  target: "plain",
  routes: [
    {
      events: ["test.customer"],
      decide: () => ({ operation: "customer.upsert" }),
      serviceClass: "normal",
      deadlineMinutes: 60,
      needs: [],
    },
    {
      events: ["test.invoice"],
      decide: () => ({ operation: "invoice.post" }),
      serviceClass: "normal",
      deadlineMinutes: 60,
      needs: ["customer"],
    },
  ],
};

export const factMaker: FactMaker = {
  clock: systemClock,
  random: seededRandom(5),
  hasher: systemHasher,
  route: makeRouter([flow], [target]),
  checkContract: () => ({ ok: true, value: undefined }),
};

/** The facts of happenings, as intake makes them. */
export function factsOf(happenings: readonly Happening[], maker = factMaker): Fact[] {
  return happenings.map((one) =>
    makeFactOfRaw(maker, plainSource, one as unknown as Json, "webhook"),
  );
}

/** Stores facts as intake would and releases nothing: what a process that died has left. */
export function storeOnly(pool: Pool, facts: readonly Fact[]): ReturnType<typeof storeFacts> {
  const store = { pool, hasher: systemHasher, keyring: plainKeyring, onCommitted: () => {} };
  return storeFacts(store, facts);
}

/** Stores happenings as intake would and releases what can go; returns the verdicts. */
export async function tell(
  pool: Pool,
  happenings: readonly Happening[],
  maker = factMaker,
): Promise<string[]> {
  const facts = factsOf(happenings, maker);
  const verdicts = await storeOnly(pool, facts);
  const keys = facts.flatMap((fact) =>
    fact.handoffs.map((h) => ({ target: h.target, object: h.event.subject })),
  );
  await releaseHandoffs(pool, keys);
  return verdicts.map((verdict) => verdict.kind);
}
