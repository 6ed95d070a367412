/**
 * The present state of one object, as fetched: all that it says has happened, each with its own
 * time where the object keeps it. What was told before has the same reference at the target.
 */

import { readText } from "../kit/json-read.ts";
import type { Fact } from "./fact.ts";
import { AT } from "./fact.ts";
import type { Handled } from "./rules.ts";
import type { StripeSettings } from "./settings.ts";
import { translatePrice, translateProduct } from "./translate-catalog.ts";
import { translateRetrievedCreditNote } from "./translate-credit-note.ts";
import { translateCustomer, translateCustomerDeleted } from "./translate-customer.ts";
import { translateRetrievedDispute } from "./translate-dispute.ts";
import { translateRetrievedInvoice } from "./translate-invoice.ts";
import { translateCharge, translateIntent, translateInvoicePayment } from "./translate-payment.ts";
import { translatePayout } from "./translate-payout.ts";
import { toldRefund, translateRefund } from "./translate-refund.ts";
import { translateRetrievedSubscription } from "./translate-subscription.ts";

type Handler = (fact: Fact, settings: StripeSettings) => Handled;

const handlers: Readonly<Record<string, Handler>> = {
  customer: (fact, settings) =>
    isDeleted(fact)
      ? translateCustomerDeleted(fact, settings)
      : translateCustomer(fact, settings, "updated"),
  product: (fact, settings) =>
    translateProduct(fact, settings, isDeleted(fact) ? "deleted" : "updated"),
  price: (fact, settings) => translatePrice(fact, settings, "updated"),
  plan: (fact, settings) => translatePrice(fact, settings, "updated"),
  subscription: translateRetrievedSubscription,
  invoice: (fact, settings) =>
    statusOf(fact) === "draft" ? "draft" : translateRetrievedInvoice(fact, settings),
  credit_note: translateRetrievedCreditNote,
  payment_intent: (fact, settings) =>
    statusOf(fact) === "succeeded" ? translateIntent(fact, settings, "succeeded") : "not-yet-money",
  charge: (fact, settings) => {
    if (fact.object["payment_intent"] != null) return "told-by-intent";
    const moved = statusOf(fact) === "succeeded" && fact.object["captured"] === true;
    return moved ? translateCharge(fact, settings, "succeeded") : "not-yet-money";
  },
  invoice_payment: (fact, settings) =>
    statusOf(fact) === "paid" ? translateInvoicePayment(fact, settings) : "not-yet-money",
  refund: (fact, settings) => {
    const told = toldRefund(fact);
    return told === undefined ? "refund-pending" : translateRefund(fact, settings, told);
  },
  dispute: translateRetrievedDispute,
  payout: (fact, settings) => {
    const status = statusOf(fact);
    if (status === "paid" || status === "failed") return translatePayout(fact, settings, status);
    if (status === "canceled") return translatePayout(fact, settings, "cancelled");
    return "payout-in-flight";
  },
};

function isDeleted(fact: Fact): boolean {
  return fact.object["deleted"] === true;
}

function statusOf(fact: Fact): string {
  return readText(fact.object, "status", AT);
}

/** The handler for a retrieved object; undefined when we never fetch its like. */
export function retrievedHandler(fact: Fact): Handler | undefined {
  const type = readText(fact.object, "object", AT);
  return Object.hasOwn(handlers, type) ? handlers[type] : undefined;
}
