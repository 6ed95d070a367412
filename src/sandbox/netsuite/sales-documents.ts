/**
 * Invoices and credit memos: lines, tax, receivables.
 *
 * Tax follows SuiteTax: lines carry `taxDetailsReference`, the sublist `taxDetails` carries the
 * amounts, and they count only with `taxDetailsOverride: true`. Without that flag the account's own
 * engine computes the tax and what was sent is gone, without a word.
 */
import { fromMinor, lineAmount, percentOf, toMinor } from "./amounts.ts";
import { applicationsOf } from "./applications.ts";
import { DEFAULT_RECEIVABLES, TAX_CODE_OF_SUBSIDIARY } from "./reference-data.ts";
import { invalidFieldValue, missingValues, userError } from "./refusal.ts";
import type { Composition, Movement, Terms } from "./transaction-terms.ts";
import { customerOf, settledBody, termsWith, toPostings } from "./transaction-terms.ts";
import type { Body, Line, Sublists, TransactionFacts } from "./types.ts";

export interface Composed {
  readonly body: Body;
  readonly sublists: Sublists;
  readonly facts: TransactionFacts | null;
}

interface TaxLine {
  readonly account: string;
  readonly amount: bigint;
  readonly line: Line;
}

/** Computes an invoice or a credit memo. Throws a Refusal for what does not hold together. */
export function composeSales(job: Composition): Composed {
  const customer = customerOf(job, "entity");
  const terms = termsWith(job, customer);
  const items = itemLines(job, terms);
  const net = items.map((line) => toMinor(String(line["amount"]), terms.digits));
  const taxes = taxLines(job, terms, items, net);
  const subtotal = sum(net);
  const tax = sum(taxes.map((one) => one.amount));
  const total = subtotal + tax;
  if (total < 0n) throw userError("The total amount of this transaction cannot be negative.");
  const account = String(
    job.merged.body["account"] ?? customer.body["receivablesAccount"] ?? DEFAULT_RECEIVABLES,
  );
  checkReceivables(job, account);
  const sign = job.type === "invoice" ? 1n : -1n;
  const movements: Movement[] = [
    { account, amount: sign * total, line: 0, tax: false },
    ...items.map((line, index) => ({
      account: incomeAccount(job, line),
      amount: -sign * (net[index] ?? 0n),
      line: index + 1,
      tax: false,
    })),
    ...taxes.map((one, index) => ({
      account: one.account,
      amount: -sign * one.amount,
      line: items.length + index + 1,
      tax: true,
    })),
  ];
  const body = { ...settledBody(job, terms), account };
  if (job.type === "invoice") checkStillCovers(job, terms, total);
  const facts = {
    subtotal: subtotal.toString(),
    tax: tax.toString(),
    total: total.toString(),
    period: terms.period,
    postings: toPostings(movements, terms),
    applications: job.type === "invoice" ? [] : applicationsOf(job, terms, customer.id, total),
  };
  const sublists = { ...job.merged.sublists, item: items, taxDetails: taxes.map((t) => t.line) };
  return { body: job.type === "invoice" ? withDueDate(body) : body, sublists, facts };
}

function withDueDate(body: Body): Body {
  return { ...body, dueDate: body["dueDate"] ?? body["tranDate"] ?? "" };
}

function itemLines(job: Composition, terms: Terms): Line[] {
  const lines = job.merged.sublists["item"] ?? [];
  if (lines.length === 0) {
    throw userError("You must enter at least one line item for this transaction.");
  }
  return lines.map((line, index) => {
    const path = `item.items[${index}]`;
    if (typeof line["item"] !== "string") throw missingValues(["Item"]);
    checkItemSubsidiary(job, line["item"], terms.subsidiary, `${path}.item`);
    return { ...line, amount: fromMinor(amountOf(line, terms.digits), terms.digits) };
  });
}

/** An explicit amount wins over quantity × rate, even where they disagree [mem]. */
function amountOf(line: Line, digits: number): bigint {
  if (line["amount"] !== undefined) return toMinor(String(line["amount"]), digits);
  if (line["rate"] === undefined) throw userError("Please enter a value for amount.");
  return lineAmount(String(line["quantity"] ?? "1"), String(line["rate"]), digits);
}

function checkItemSubsidiary(job: Composition, id: string, subsidiary: string, path: string): void {
  const allowed = job.books.get("item", id)?.body["subsidiary"];
  if (Array.isArray(allowed) && allowed.length > 0 && !allowed.includes(subsidiary)) {
    throw invalidFieldValue("item", id, path);
  }
}

function incomeAccount(job: Composition, line: Line): string {
  const item = job.books.get("item", String(line["item"]))?.body;
  return String(item?.["deferredRevenueAccount"] ?? item?.["incomeAccount"]);
}

function checkReceivables(job: Composition, account: string): void {
  if (job.books.get("account", account)?.body["acctType"] !== "AcctRec") {
    throw invalidFieldValue("account", account, "account");
  }
}

function taxLines(
  job: Composition,
  terms: Terms,
  items: readonly Line[],
  net: readonly bigint[],
): TaxLine[] {
  if (job.merged.body["taxDetailsOverride"] === true) return overriddenTax(job, terms, items);
  const percent = job.books.settings.taxRates[terms.subsidiary];
  const taxCode = TAX_CODE_OF_SUBSIDIARY[terms.subsidiary];
  if (percent === undefined || taxCode === undefined) return [];
  const account = taxAccount(job, taxCode);
  return items.map((item, index) => {
    const amount = percentOf(net[index] ?? 0n, percent);
    const line = {
      taxDetailsReference: item["taxDetailsReference"] ?? String(item["line"] ?? index + 1),
      taxCode,
      taxRate: percent,
      taxBasis: fromMinor(net[index] ?? 0n, terms.digits),
      taxAmount: fromMinor(amount, terms.digits),
    };
    return { account, amount, line };
  });
}

function overriddenTax(job: Composition, terms: Terms, items: readonly Line[]): TaxLine[] {
  const known = new Set(items.map((item) => item["taxDetailsReference"]));
  return (job.merged.sublists["taxDetails"] ?? []).map((line, index) => {
    const path = `taxDetails.items[${index}]`;
    const reference = line["taxDetailsReference"];
    if (reference === undefined) throw missingValues(["Tax Details Reference"]);
    if (!known.has(reference)) {
      throw invalidFieldValue(
        "taxdetailsreference",
        String(reference),
        `${path}.taxDetailsReference`,
      );
    }
    if (typeof line["taxCode"] !== "string") throw missingValues(["Tax Code"]);
    const amount = toMinor(String(line["taxAmount"] ?? "0"), terms.digits);
    const stored = { ...line, taxAmount: fromMinor(amount, terms.digits) };
    return { account: taxAccount(job, line["taxCode"]), amount, line: stored };
  });
}

function taxAccount(job: Composition, taxCode: string): string {
  return String(job.books.get("taxitem", taxCode)?.body["taxAccount"]);
}

/**
 * An invoice cannot become smaller than what was set against it, nor change hands or currency under
 * a payment; text [mem].
 */
function checkStillCovers(job: Composition, terms: Terms, total: bigint): void {
  const { before, books, merged } = job;
  if (before === undefined || books.applied(before.id) === 0n) return;
  if (total < books.applied(before.id)) {
    throw userError("The amount applied to this transaction exceeds its total.");
  }
  const entity = merged.body["entity"];
  if (entity !== before.body["entity"]) throw invalidFieldValue("entity", String(entity), "entity");
  if (terms.currency !== before.body["currency"]) {
    throw invalidFieldValue("currency", terms.currency, "currency");
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, one) => total + one, 0n);
}
