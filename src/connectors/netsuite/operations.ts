/**
 * What NetSuite can be asked to do.
 *
 * record type   NetSuite's name of the record an operation writes; a Location must name it
 * replace       the sublists that a repeated PUT must set anew; without it REST *adds* lines to a
 *               record that exists, and a request sent twice doubles an invoice (vendor: "Updating
 *               a Sublist"). `apply` is not among them: it is keyed by document, so a repeat adds
 *               nothing, and replacing it would let a late first request wipe out what was applied
 *               since.
 */
import { unconfirmed } from "../kit/guards.ts";
import type { Effect, Guard, OperationSpec } from "../kit/target.ts";
import type { NetSuiteSettings } from "./settings.ts";

export const OPERATION_NAMES = [
  "customer.upsert",
  "item.upsert",
  "invoice.post",
  "invoice.void",
  "credit-memo.post",
  "payment.post",
  "payment.apply",
  "refund.post",
] as const;

export type OperationName = (typeof OPERATION_NAMES)[number];

/** Vendor: "a request that runs longer than 15 minutes times out". */
const LONGEST_RUN_MS = 15 * 60_000;
/** GET by external id reads the record and not the search; that it never lags is unconfirmed. */
const INDEX_LAG_MS = unconfirmed(30_000);

function spec(name: OperationName, entity: string, effect: Effect, guard: Guard): OperationSpec {
  return {
    name,
    entity,
    effect,
    guard,
    longestRunMs: LONGEST_RUN_MS,
    indexLagMs: INDEX_LAG_MS,
    readBack: false,
  };
}

/** The operations with what an account's own settings say of its durations and of reading back. */
export function operationsFor(
  settings: Pick<NetSuiteSettings, "limits" | "policy">,
): Readonly<Record<OperationName, OperationSpec>> {
  const own = {
    longestRunMs: settings.limits?.longestRunMs ?? LONGEST_RUN_MS,
    indexLagMs: settings.limits?.indexLagMs ?? INDEX_LAG_MS,
  };
  const entries = Object.entries(OPERATIONS).map(([name, operation]) => {
    // A master record is compared when it is next in doubt; documents are read back each time.
    const readBack = settings.policy.readBack === "documents" && operation.effect === "fact";
    return [name, { ...operation, ...own, readBack }];
  });
  return Object.fromEntries(entries) as Record<OperationName, OperationSpec>;
}

export const OPERATIONS: Readonly<Record<OperationName, OperationSpec>> = {
  "customer.upsert": spec("customer.upsert", "customer", "state", "external-id"),
  "item.upsert": spec("item.upsert", "product", "state", "external-id"),
  "invoice.post": spec("invoice.post", "invoice", "fact", "external-id"),
  // A document of its own, so it must not take over the invoice's link.
  "invoice.void": spec("invoice.void", "invoice-void", "fact", "external-id"),
  "credit-memo.post": spec("credit-memo.post", "credit-memo", "fact", "external-id"),
  "payment.post": spec("payment.post", "payment", "fact", "external-id"),
  // It changes a record that bears the payment's reference and not its own: nothing in NetSuite
  // tells a second application from the first, so we look before we send again.
  "payment.apply": spec("payment.apply", "allocation", "fact", "probe"),
  "refund.post": spec("refund.post", "refund", "fact", "external-id"),
};

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** The record type an operation writes. */
export function recordTypeOf(operation: OperationName, settings: NetSuiteSettings): string {
  switch (operation) {
    case "customer.upsert":
      return "customer";
    case "item.upsert":
      return settings.itemType;
    case "invoice.post":
      return "invoice";
    case "invoice.void":
    case "credit-memo.post":
      return "creditMemo";
    case "payment.post":
    case "payment.apply":
      return "customerPayment";
    case "refund.post":
      return "customerRefund";
  }
}

const REPLACED: Readonly<Record<string, string>> = {
  invoice: "item,taxDetails",
  creditMemo: "item,taxDetails",
  customer: "addressBook",
};

export const RECORD_ROOT = "/services/rest/record/v1";

/** Path of an upsert by our reference. */
export function upsertPath(recordType: string, reference: string): string {
  const replace = REPLACED[recordType];
  const query = replace === undefined ? "" : `?replace=${replace}`;
  return `${RECORD_ROOT}/${recordType}/eid:${reference}${query}`;
}
