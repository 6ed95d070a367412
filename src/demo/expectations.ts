/**
 * The answer key: what must be in the books, computed from Stripe's own lists and from accounting's
 * rules, by other code than the hub's.
 *
 * invoice above zero   an invoice          · voided: a credit memo over the whole, too
 * invoice below zero   a credit memo       · of zero: nothing
 * credit note          a credit memo       · payment intent that succeeded: a payment
 *
 * held   documents that wait for a person because of what was planted, by cause
 */
import { dateInZone } from "../kernel/clock.ts";
import type { Money } from "../kernel/money.ts";
import { addMoney, amountText, money } from "../kernel/money.ts";
import { storedCalendar } from "./faults.ts";
import { DEMO_LEGAL_ENTITY, DEMO_SEED, DEMO_STRIPE_API_KEY, DEMO_TIME_ZONE } from "./names.ts";
import { UNMAPPED_JURISDICTIONS } from "./netsuite-settings.ts";
import type { StripeCalls } from "./stripe-calls.ts";
import { openStripeCalls } from "./stripe-calls.ts";
import type { InvoiceShape } from "./stripe-shapes.ts";
import {
  creditNoteShape,
  intentShape,
  invoiceShape,
  productShape,
  taxRateShape,
} from "./stripe-shapes.ts";

export type BookType = "invoice" | "creditMemo" | "customerPayment";

/** Count and sum of one type of document in one currency. */
export interface BookTotal {
  readonly type: BookType;
  /** ISO 4217. */
  readonly currency: string;
  readonly count: number;
  /** Major units, exact decimal text. */
  readonly total: string;
}

export interface BookDocument {
  readonly type: BookType;
  /** Stripe's number, or the payment's id. */
  readonly number: string;
  readonly amount: Money;
}

export type HeldFault = "inactive-item" | "closed-period" | "unmapped-tax";

export interface HeldCause {
  readonly fault: HeldFault;
  /** Code of the exception cases. */
  readonly code: string;
  /** How the cause reads; `…` stands for an id that the books give. */
  readonly cause: string;
  readonly documents: readonly BookDocument[];
}

export interface ExpectedBooks {
  /** When every case is settled. */
  readonly whole: readonly BookTotal[];
  /** While the planted cases are open. */
  readonly now: readonly BookTotal[];
  readonly held: readonly HeldCause[];
  /** Kinds nobody knows; sent by `sendStrangeEvent`. */
  readonly deadLetters: number;
}

export interface ExpectOptions {
  readonly stripeUrl: string;
  readonly apiKey?: string;
  readonly seed?: number;
}

/** Reads the sandbox's API. Throws E_DEMO_NOT_SEEDED and what the calls throw. */
export async function expectedBooks(options: ExpectOptions): Promise<ExpectedBooks> {
  const { stripeUrl, apiKey = DEMO_STRIPE_API_KEY, seed = DEMO_SEED } = options;
  const { goLiveMs, closedMonth } = await storedCalendar(options);
  const stripe = openStripeCalls({ stripeUrl, apiKey, seed });
  try {
    const since = goLiveMs / 1000;
    const invoices = (await stripe.all("/v1/invoices", invoiceShape)).filter(
      (one) => (one.status_transitions.finalized_at ?? 0) >= since,
    );
    const documents = [
      ...invoices.flatMap(documentsOf),
      ...(await creditNotes(stripe, since)),
      ...(await payments(stripe, since)),
    ];
    const held = await heldCauses(stripe, invoices, closedMonth);
    const waiting = new Set(held.flatMap((one) => one.documents.map(nameOf)));
    const now = documents.filter((one) => !waiting.has(nameOf(one)));
    return { whole: totalsOf(documents), now: totalsOf(now), held, deadLetters: 1 };
  } finally {
    await stripe.close();
  }
}

/** Sums by type and currency, sorted by both. */
export function totalsOf(documents: readonly BookDocument[]): BookTotal[] {
  const sums = new Map<string, { type: BookType; count: number; sum: Money }>();
  for (const { type, amount } of documents) {
    const key = `${type} ${amount.currency}`;
    const known = sums.get(key);
    const sum = known === undefined ? amount : addMoney(known.sum, amount);
    sums.set(key, { type, count: (known?.count ?? 0) + 1, sum });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { type, count, sum }]) => ({
      type,
      currency: sum.currency,
      count,
      total: amountText(sum),
    }));
}

function nameOf({ type, number }: BookDocument): string {
  return `${type} ${number}`;
}

/** Stripe and ISO count the demo's currencies alike. */
function amountOf(minor: number, currency: string): Money {
  return money(BigInt(minor), currency.toUpperCase());
}

function documentsOf(invoice: InvoiceShape): BookDocument[] {
  const { total, currency, number, status } = invoice;
  if (number === null || total === 0) return [];
  if (total < 0) return [{ type: "creditMemo", number, amount: amountOf(-total, currency) }];
  const amount = amountOf(total, currency);
  const booked: BookDocument = { type: "invoice", number, amount };
  return status === "void" ? [booked, { type: "creditMemo", number, amount }] : [booked];
}

async function creditNotes(stripe: StripeCalls, since: number): Promise<BookDocument[]> {
  const notes = await stripe.all("/v1/credit_notes", creditNoteShape);
  return notes
    .filter((note) => note.created >= since)
    .map(({ number, total, currency }) => ({
      type: "creditMemo",
      number,
      amount: amountOf(total, currency),
    }));
}

async function payments(stripe: StripeCalls, since: number): Promise<BookDocument[]> {
  const intents = await stripe.all("/v1/payment_intents", intentShape);
  return intents
    .filter((intent) => intent.status === "succeeded" && intent.created >= since)
    .map(({ id, amount_received, currency }) => ({
      type: "customerPayment",
      number: id,
      amount: amountOf(amount_received, currency),
    }));
}

async function heldCauses(
  stripe: StripeCalls,
  invoices: readonly InvoiceShape[],
  closedMonth: string,
): Promise<HeldCause[]> {
  const products = await stripe.all("/v1/products", productShape);
  const archived = new Set(products.filter((one) => !one.active).map((one) => one.id));
  const rates = await stripe.all("/v1/tax_rates", taxRateShape);
  const unmapped = new Set(
    rates.filter((one) => UNMAPPED_JURISDICTIONS.includes(one.jurisdiction ?? "")).map((r) => r.id),
  );
  const sells = ({ lines }: InvoiceShape) =>
    lines.data.some((line) => archived.has(line.pricing?.price_details?.product ?? ""));
  const taxes = ({ total_taxes }: InvoiceShape) =>
    total_taxes.some((tax) => unmapped.has(tax.tax_rate_details?.tax_rate ?? ""));
  const dates = ({ effective_at }: InvoiceShape) =>
    dateInZone((effective_at ?? 0) * 1000, DEMO_TIME_ZONE).startsWith(closedMonth);
  const cause = (fault: HeldFault, code: string, text: string, is: typeof sells): HeldCause => {
    const documents = invoices.filter(is).flatMap(documentsOf);
    return { fault, code, cause: text, documents };
  };
  const texas = `tax rate:${[...unmapped].join(" ")} in ${DEMO_LEGAL_ENTITY}`;
  const period = "accounting period of the document's date";
  return [
    cause("inactive-item", "E_NETSUITE_REFERENCE_INVALID", "item …", sells),
    cause("closed-period", "E_NETSUITE_PERIOD_CLOSED", period, dates),
    cause("unmapped-tax", "E_NETSUITE_TAX_UNMAPPED", texas, taxes),
  ];
}
