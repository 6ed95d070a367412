/**
 * What Tryton can be asked to do. Every guard is `probe`: Tryton takes a second document under one
 * reference without a word, so nothing but looking keeps a repeated request from acting twice.
 */
import { unconfirmed } from "../kit/guards.ts";
import type { Effect, OperationSpec } from "../kit/target.ts";
import type { TrytonSettings } from "./settings.ts";

export const OPERATION_NAMES = [
  "customer.upsert",
  "item.upsert",
  "invoice.post",
  "invoice.void",
  "credit-memo.post",
  "payment.post",
  "payment.apply",
  "refund.post",
  "journal.post",
] as const;

export type OperationName = (typeof OPERATION_NAMES)[number];

/**
 * The server has no limit of its own for a request. Its longest wait is five retries of a lock, a
 * third of a second in all; a posting takes 0.1 to 0.3 s (observed). Half a minute is far beyond.
 */
const LONGEST_RUN_MS = unconfirmed(30_000);
/** A search reads the tables that the posting wrote: what is committed is found. */
const INDEX_LAG_MS = 0;

/** Invoices and credit notes of a company take their numbers from sequences without gaps. */
const NUMBER_SEQUENCE = "invoice-number";

const ENTITIES: Readonly<Record<OperationName, { entity: string; effect: Effect }>> = {
  "customer.upsert": { entity: "customer", effect: "state" },
  "item.upsert": { entity: "product", effect: "state" },
  "invoice.post": { entity: "invoice", effect: "fact" },
  // Documents of their own, so they must not take over their subject's link.
  "invoice.void": { entity: "invoice-void", effect: "fact" },
  "credit-memo.post": { entity: "credit-memo", effect: "fact" },
  "payment.post": { entity: "payment", effect: "fact" },
  "payment.apply": { entity: "allocation", effect: "fact" },
  "refund.post": { entity: "refund", effect: "fact" },
  "journal.post": { entity: "journal-entry", effect: "fact" },
};

const NUMBERED: readonly OperationName[] = ["invoice.post", "invoice.void", "credit-memo.post"];

/** The operations with what a connection's own settings say of them. */
export function operationsFor(
  settings: Pick<TrytonSettings, "limits" | "policy">,
): Readonly<Record<OperationName, OperationSpec>> {
  const entries = OPERATION_NAMES.map((name) => [name, specOf(name, settings)] as const);
  return Object.fromEntries(entries) as Record<OperationName, OperationSpec>;
}

function specOf(
  name: OperationName,
  settings: Pick<TrytonSettings, "limits" | "policy">,
): OperationSpec {
  const { entity, effect } = ENTITIES[name];
  const serial = NUMBERED.includes(name) && settings.policy.numbers === "target";
  return {
    name,
    entity,
    effect,
    guard: "probe",
    longestRunMs: settings.limits?.longestRunMs ?? LONGEST_RUN_MS,
    indexLagMs: settings.limits?.indexLagMs ?? INDEX_LAG_MS,
    // A master record is compared when it is next in doubt; documents are read back each time.
    readBack: settings.policy.readBack === "documents" && effect === "fact",
    ...(serial ? { serial: NUMBER_SEQUENCE } : {}),
  };
}

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(ENTITIES, name);
}
