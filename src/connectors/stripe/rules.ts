/**
 * Every kind of event Stripe has, and what becomes of it.
 *
 * told        translated to canonical events
 * ignored     understood, and nothing for us, by a rule with a name and a reason
 * money       moves money and has no contract yet: a dead letter, for ignoring it would lose it
 *
 * A kind is looked up whole, then by its families: `customer.tax_id.created`, `customer.tax_id`,
 * `customer`. A kind without any entry is unknown, and a dead letter.
 */
import type { EventDraft } from "../../contracts/envelope.ts";
import type { Fact } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";
import { translatePrice, translateProduct } from "./translate-catalog.ts";
import { translateCreditNote } from "./translate-credit-note.ts";
import { translateCustomer, translateCustomerDeleted } from "./translate-customer.ts";
import { translateDispute } from "./translate-dispute.ts";
import { translateInvoice } from "./translate-invoice.ts";
import { translateCharge, translateIntent, translateInvoicePayment } from "./translate-payment.ts";
import { translatePayout } from "./translate-payout.ts";
import { toldRefund, translateRefund } from "./translate-refund.ts";
import { translateSubscription } from "./translate-subscription.ts";

/** Why events are nothing for us. Each has its row in the README. */
export const ignoreRules = {
  draft: "Nothing is issued while an invoice, its items or a quote are drafts.",
  "told-by-invoice": "The invoice's own finalized, paid or payment_failed says the same.",
  "told-by-intent": "The charge belongs to a payment intent, whose events tell of the money.",
  "told-by-refund": "The body does not list refunds; refund.* tells of each.",
  "told-by-price": "Coupons, discounts and tax rates show in the amounts of what they change.",
  "told-by-subscription": "A schedule plans; what comes of it changes the subscription.",
  "told-by-credit-note": "An issued credit note's amounts do not change.",
  "not-yet-money":
    "The money has not moved: authorised, in processing, pending, expired or called off.",
  "refund-pending": "The refund has no outcome yet; a later event tells it.",
  "dispute-evidence": "Evidence and deadlines of a dispute move no money.",
  "payout-in-flight": "A payout is told when it is paid, fails or is called off.",
  "registration-by-invoice": "An invoice carries the tax registrations it was issued under.",
  "reminder-only": "A notice of what is due or will happen; nothing has.",
  "payment-means": "Cards, bank accounts, mandates and checkout pages are not money.",
  "risk-only": "Fraud signals and reviews; what follows from them has its own event.",
  "account-set-up": "Accounts, people, capabilities, apps and terminals are not business facts.",
  "tool-only": "Reports, files and test clocks of Stripe's own tools.",
} as const;

export type IgnoreRule = keyof typeof ignoreRules;

export type Handled = readonly EventDraft[] | IgnoreRule;
type Handler = (fact: Fact, settings: StripeSettings) => Handled;

export type KindRule =
  | { readonly tell: Handler }
  | { readonly ignore: IgnoreRule }
  | { readonly money: true };

/** A charge speaks for itself only when it has no payment intent. */
function chargeRule(status: "succeeded" | "failed", captured: boolean | undefined): KindRule {
  return {
    tell: (fact, settings) => {
      if (fact.object["payment_intent"] != null) return "told-by-intent";
      if (captured !== undefined && fact.object["captured"] !== captured) return "not-yet-money";
      return translateCharge(fact, settings, status);
    },
  };
}

const refundRule: KindRule = {
  tell: (fact, settings) => {
    const told = toldRefund(fact);
    if (told !== undefined) return translateRefund(fact, settings, told);
    const unlisted = fact.object["object"] === "charge" && fact.object["refunds"] == null;
    return unlisted ? "told-by-refund" : "refund-pending";
  },
};

const told: Readonly<Record<string, KindRule>> = {
  "customer.created": { tell: (f, s) => translateCustomer(f, s, "created") },
  "customer.updated": { tell: (f, s) => translateCustomer(f, s, "updated") },
  "customer.deleted": { tell: translateCustomerDeleted },
  "product.created": { tell: (f, s) => translateProduct(f, s, "created") },
  "product.updated": { tell: (f, s) => translateProduct(f, s, "updated") },
  "product.deleted": { tell: (f, s) => translateProduct(f, s, "deleted") },
  "price.created": { tell: (f, s) => translatePrice(f, s, "created") },
  "price.updated": { tell: (f, s) => translatePrice(f, s, "updated") },
  "price.deleted": { tell: (f, s) => translatePrice(f, s, "deleted") },
  "plan.created": { tell: (f, s) => translatePrice(f, s, "created") },
  "plan.updated": { tell: (f, s) => translatePrice(f, s, "updated") },
  "plan.deleted": { tell: (f, s) => translatePrice(f, s, "deleted") },
  "customer.subscription.created": { tell: (f, s) => translateSubscription(f, s, "created") },
  "customer.subscription.updated": { tell: (f, s) => translateSubscription(f, s, "amended") },
  "customer.subscription.deleted": { tell: (f, s) => translateSubscription(f, s, "cancelled") },
  "customer.subscription.paused": { tell: (f, s) => translateSubscription(f, s, "paused") },
  "customer.subscription.resumed": { tell: (f, s) => translateSubscription(f, s, "resumed") },
  "invoice.finalized": { tell: (f, s) => translateInvoice(f, s, "finalized") },
  "invoice.paid": { tell: (f, s) => translateInvoice(f, s, "paid") },
  "invoice.voided": { tell: (f, s) => translateInvoice(f, s, "voided") },
  "invoice.marked_uncollectible": { tell: (f, s) => translateInvoice(f, s, "written-off") },
  "invoice.payment_failed": { tell: (f, s) => translateInvoice(f, s, "payment-failed") },
  "invoice_payment.paid": { tell: translateInvoicePayment },
  "credit_note.created": { tell: (f, s) => translateCreditNote(f, s, "issued") },
  "credit_note.voided": { tell: (f, s) => translateCreditNote(f, s, "voided") },
  "payment_intent.succeeded": { tell: (f, s) => translateIntent(f, s, "succeeded") },
  "payment_intent.payment_failed": { tell: (f, s) => translateIntent(f, s, "failed") },
  "charge.succeeded": chargeRule("succeeded", true),
  "charge.captured": chargeRule("succeeded", undefined),
  "charge.failed": chargeRule("failed", undefined),
  "charge.refunded": refundRule,
  "charge.refund.updated": refundRule,
  "refund.created": refundRule,
  "refund.updated": refundRule,
  "refund.failed": refundRule,
  "charge.dispute.created": { tell: (f, s) => translateDispute(f, s, "opened") },
  "charge.dispute.funds_withdrawn": { tell: (f, s) => translateDispute(f, s, "funds-withdrawn") },
  "charge.dispute.funds_reinstated": { tell: (f, s) => translateDispute(f, s, "funds-reinstated") },
  "charge.dispute.closed": { tell: (f, s) => translateDispute(f, s, "closed") },
  "payout.paid": { tell: (f, s) => translatePayout(f, s, "paid") },
  "payout.failed": { tell: (f, s) => translatePayout(f, s, "failed") },
  "payout.canceled": { tell: (f, s) => translatePayout(f, s, "cancelled") },
};

/** Kinds and families by rule. */
const ignored: Readonly<Record<IgnoreRule, string>> = {
  draft: `
    invoice.created invoice.updated invoice.deleted invoice.finalization_failed
    invoiceitem quote
  `,
  "told-by-invoice": "invoice.payment_succeeded invoice.overpaid invoice.payment",
  "told-by-intent": "",
  "told-by-refund": "",
  "told-by-price": "customer.discount coupon promotion_code tax_rate shipping_rate",
  "told-by-subscription": `
    subscription_schedule customer.subscription.pending_update_applied
    customer.subscription.pending_update_expired
  `,
  "told-by-credit-note": "credit_note.updated",
  "not-yet-money": `
    payment_intent.created payment_intent.processing payment_intent.requires_action
    payment_intent.amount_capturable_updated payment_intent.partially_funded
    payment_intent.canceled payment_intent.requires_capture charge.pending
    charge.updated charge.expired balance.available
  `,
  "refund-pending": "",
  "dispute-evidence": "charge.dispute.updated",
  "payout-in-flight": "payout.created payout.updated payout.reconciliation_completed",
  "registration-by-invoice": "customer.tax_id",
  "reminder-only": `
    invoice.upcoming invoice.sent invoice.will_be_due invoice.overdue
    invoice.payment_action_required invoice.payment_attempt_required
    customer.subscription.trial_will_end billing.alert
  `,
  "payment-means": `
    setup_intent payment_method mandate source customer.source customer.card
    customer.bank_account checkout.session payment_link confirmation_token
    three_d_secure forwarding
  `,
  "risk-only": "radar review",
  "account-set-up": `
    account capability person apps application billing_portal balance_settings
    tax.settings tax.registration terminal identity financial_connections entitlements
    billing.meter issuing_card issuing_cardholder issuing_authorization issuing_dispute
    issuing_token issuing_personalization_design climate.product
    treasury.financial_account cash_balance
  `,
  "tool-only": "reporting sigma file test_helpers",
};

const money = `
    transfer topup application_fee issuing_transaction treasury
    customer_cash_balance_transaction billing.credit_grant
    billing.credit_balance_transaction climate.order reserve source.transaction
  `;

function wordsOf(list: string): string[] {
  return list.split(/\s+/).filter((word) => word !== "");
}

const rules = new Map<string, KindRule>(Object.entries(told));
for (const [rule, kinds] of Object.entries(ignored) as [IgnoreRule, string][]) {
  for (const kind of wordsOf(kinds)) rules.set(kind, { ignore: rule });
}
for (const kind of wordsOf(money)) rules.set(kind, { money: true });

/** The rule of a kind; undefined for a kind nobody has thought about. */
export function ruleOf(kind: string): KindRule | undefined {
  let family = kind;
  for (;;) {
    const rule = rules.get(family);
    if (rule !== undefined) return rule;
    const cut = family.lastIndexOf(".");
    if (cut < 0) return undefined;
    family = family.slice(0, cut);
  }
}

/** Everything with a rule, for the documentation and its test. */
export function knownKinds(): readonly (readonly [string, KindRule])[] {
  return [...rules];
}
