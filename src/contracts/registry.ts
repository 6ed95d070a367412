/**
 * All canonical event types. A name is never changed and never used for something else: types that
 * nothing writes yet are reserved, so that later work fills them in.
 */

import { paymentApplied } from "./allocation/applied.ts";
import type { Contract } from "./contract.ts";
import { creditMemoIssued } from "./credit-memo/issued.ts";
import { creditMemoVoided } from "./credit-memo/voided.ts";
import { customerCreated } from "./customer/created.ts";
import { customerDeleted } from "./customer/deleted.ts";
import { customerUpdated } from "./customer/updated.ts";
import { disputeFundsReinstated } from "./dispute/funds-reinstated.ts";
import { disputeFundsWithdrawn } from "./dispute/funds-withdrawn.ts";
import { disputeLost } from "./dispute/lost.ts";
import { disputeOpened } from "./dispute/opened.ts";
import { disputeWon } from "./dispute/won.ts";
import { invoiceFinalized } from "./invoice/finalized.ts";
import { invoicePaid } from "./invoice/paid.ts";
import { invoicePaymentFailed } from "./invoice/payment-failed.ts";
import { invoiceRecovered } from "./invoice/recovered.ts";
import { invoiceVoided } from "./invoice/voided.ts";
import { invoiceWrittenOff } from "./invoice/written-off.ts";
import { paymentFailed } from "./payment/failed.ts";
import { paymentSucceeded } from "./payment/succeeded.ts";
import { payoutFailed } from "./payout/failed.ts";
import { payoutPaid } from "./payout/paid.ts";
import { priceUpserted } from "./price/upserted.ts";
import { productUpserted } from "./product/upserted.ts";
import { refundFailed } from "./refund/failed.ts";
import { refundSucceeded } from "./refund/succeeded.ts";
import { subscriptionAmended } from "./subscription/amended.ts";
import { subscriptionCancelled } from "./subscription/cancelled.ts";
import { subscriptionCreated } from "./subscription/created.ts";
import { subscriptionPaused } from "./subscription/paused.ts";
import { subscriptionRenewed } from "./subscription/renewed.ts";
import { subscriptionResumed } from "./subscription/resumed.ts";

/** Every version of every contract. */
export const contracts: readonly Contract[] = [
  customerCreated,
  customerUpdated,
  customerDeleted,
  productUpserted,
  priceUpserted,
  subscriptionCreated,
  subscriptionAmended,
  subscriptionRenewed,
  subscriptionCancelled,
  subscriptionPaused,
  subscriptionResumed,
  invoiceFinalized,
  invoicePaid,
  invoiceVoided,
  invoiceWrittenOff,
  invoiceRecovered,
  invoicePaymentFailed,
  creditMemoIssued,
  creditMemoVoided,
  paymentSucceeded,
  paymentFailed,
  paymentApplied,
  refundSucceeded,
  refundFailed,
  disputeOpened,
  disputeFundsWithdrawn,
  disputeFundsReinstated,
  disputeWon,
  disputeLost,
  payoutPaid,
  payoutFailed,
];

/** Names without a contract yet, by entity. */
export const reservedTypes: Readonly<Record<string, readonly string[]>> = {
  customer: ["customer.merged"],
  quote: ["quote.accepted"],
  contract: ["contract.signed", "contract.modified"],
  subscription: ["subscription.amendment-requested", "subscription.transferred"],
  invoice: ["invoice.disputed", "invoice.dispute-resolved"],
  "credit-memo": ["credit-memo.applied", "credit-memo.unapplied"],
  payment: ["payment.reversed"],
  allocation: ["payment.unapplied"],
  "customer-credit": ["customer-credit.changed"],
  "bank-line": ["bank-line.recorded"],
  "usage-record": ["usage.recorded"],
  "usage-aggregate": ["usage.aggregated", "usage.frozen", "usage.rejected"],
  "usage-accrual": ["usage.accrued"],
  "tax-determination": ["tax.determined", "tax.committed", "tax.adjusted", "tax.voided"],
  "revenue-schedule": ["revenue.scheduled", "revenue.adjusted"],
  "revenue-entry": ["revenue.recognized"],
  "journal-entry": ["journal.posted"],
  entitlement: ["entitlement.granted", "entitlement.changed", "entitlement.revoked"],
  document: ["document.confirmed", "document.refused"],
  drift: ["drift.detected"],
  period: ["period.opened", "period.soft-closed", "period.closed", "period.reopened"],
};

export interface CanonicalType {
  readonly type: string;
  readonly entity: string;
  readonly status: "active" | "deprecated" | "reserved";
  /** The newest version; 0 while reserved. */
  readonly version: number;
}

const versions = new Map<string, Map<number, Contract>>();
for (const contract of contracts) {
  const known = versions.get(contract.type) ?? new Map<number, Contract>();
  known.set(contract.version, contract);
  versions.set(contract.type, known);
}

const newest = new Map<string, Contract>();
for (const contract of contracts) {
  const known = newest.get(contract.type);
  if (known === undefined || known.version < contract.version) newest.set(contract.type, contract);
}

const reserved = new Map<string, string>(
  Object.entries(reservedTypes).flatMap(([entity, types]) =>
    types.map((type) => [type, entity] as const),
  ),
);

/** The contract of a type: the version asked for, or the newest. Undefined when there is none. */
export function contractFor(type: string, version?: number): Contract | undefined {
  return version === undefined ? newest.get(type) : versions.get(type)?.get(version);
}

export function isReservedType(type: string): boolean {
  return reserved.has(type);
}

/** Every name there is, active first, in alphabetical order. */
export function canonicalTypes(): readonly CanonicalType[] {
  const active = [...newest.values()].map(({ type, entity, status, version }) => ({
    type,
    entity,
    status,
    version,
  }));
  const later = [...reserved].map(([type, entity]) => ({
    type,
    entity,
    status: "reserved" as const,
    version: 0,
  }));
  const byName = (a: CanonicalType, b: CanonicalType): number => (a.type < b.type ? -1 : 1);
  return [...active.sort(byName), ...later.sort(byName)];
}
