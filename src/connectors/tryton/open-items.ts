/**
 * Which open items belong together: an invoice and what pays it.
 *
 * link      a line of a move that reduces an invoice's open amount (`invoice_payment`)
 * closing   the lines of an invoice and of all that is linked to it, once they come to zero in the
 *           company's currency; reconciled, they make the invoice `paid`
 *
 * A payment's links are written with its lines. A credit note's line is made by the posting, so it
 * is linked afterwards; and closing always follows. Balances do not depend on either.
 *
 * A credit note is posted at its own day's rate. Where its currency became dearer since the
 * invoice, it is larger than that in the company's currency, and Tryton, which compares those
 * alone, never takes the link: no request of ours completes it, only a person's reconciliation.
 */
import type { Decimal } from "../../kernel/decimal.ts";
import { addDecimal, compareDecimal, multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { InvoicePlan, MovePlan } from "./plan.ts";
import type { Reader } from "./reader.ts";
import { dateOf, decimalOf, idOf, idsOf, signed } from "./wire.ts";

export interface Closing {
  readonly invoice: number;
  readonly lines: readonly number[];
  /** The latest of the lines' dates. */
  readonly date: string;
  /** For Tryton's optimistic lock: a line that changed since is not closed over it. */
  readonly timestamps: Readonly<Record<string, string>>;
}

const LINE_FIELDS = [
  "debit",
  "credit",
  "amount_second_currency",
  "second_currency",
  "reconciliation",
  "invoice_payment",
  "date",
  "_timestamp",
];

/** Lines of a credit note that are not linked to the invoice it is set against. */
export async function unlinkedLines(
  reader: Reader,
  invoice: number,
  plan: InvoicePlan,
): Promise<readonly number[]> {
  if (plan.against === null) return [];
  const lines = await readLines(reader, (await readInvoice(reader, invoice))?.toPay ?? []);
  const open = lines.filter(
    (line) =>
      idOf(line, "invoice_payment") !== plan.against && idOf(line, "reconciliation") === undefined,
  );
  return open.flatMap((line) => idOf(line, "id") ?? []);
}

export interface ExchangeDifference {
  /** ISO code, as Tryton has it. */
  readonly currency: string;
  /** Number of the invoice, for people. */
  readonly invoice: string;
  /** By how much the link would exceed the invoice, in the company's currency. */
  readonly excess: Decimal;
}

/**
 * Why Tryton cannot take the link of a credit note's lines: they fit in the document's currency
 * and not in the company's. Undefined where nothing forbids it, or something else does.
 */
export async function exchangeDifference(
  reader: Reader,
  plan: InvoicePlan,
  unlinked: readonly number[],
): Promise<ExchangeDifference | undefined> {
  const invoice = plan.against === null ? undefined : await readInvoice(reader, plan.against);
  if (invoice === undefined || unlinked.length === 0) return undefined;
  const billed = await readLines(reader, invoice.toPay);
  const note = await readLines(reader, unlinked);
  const foreign = [...billed, ...note].every(
    (line) => idOf(line, "second_currency") === plan.currency,
  );
  if (!foreign) return undefined;
  // As Tryton's `check_payment_lines` counts: reconciled lines and drafts too.
  const paying = [...(await readLines(reader, invoice.payments)), ...note];
  const fits = compareDecimal(size(paying, second), size(billed, second)) <= 0;
  const [due, paid] = [size(billed, signed), size(paying, signed)];
  if (!fits || compareDecimal(paid, due) <= 0) return undefined;
  const excess = addDecimal(paid, negated(due));
  return { currency: invoice.currency, invoice: await numberOf(reader, plan.against), excess };
}

async function numberOf(reader: Reader, invoice: number | null): Promise<string> {
  const domain = [["id", "=", invoice]];
  const [row] = await reader.search({ model: "account.invoice", domain, fields: ["number"] });
  return (row && textAt(row, "number")) ?? String(invoice);
}

/** The sum of lines without its sign. */
function size(lines: readonly JsonObject[], amount: (line: JsonObject) => Decimal): Decimal {
  const sum = lines.reduce((total, line) => addDecimal(total, amount(line)), ZERO);
  return compareDecimal(sum, ZERO) < 0 ? negated(sum) : sum;
}

function negated(amount: Decimal): Decimal {
  return multiplyDecimal(amount, parseDecimal("-1"));
}

const ZERO = parseDecimal("0");

function second(line: JsonObject): Decimal {
  return decimalOf(line, "amount_second_currency") ?? ZERO;
}

/** The invoices of a plan that could be closed now. */
export async function closings(
  reader: Reader,
  plan: InvoicePlan | MovePlan,
): Promise<readonly Closing[]> {
  const out: Closing[] = [];
  for (const invoice of settledBy(plan)) {
    const read = await readInvoice(reader, invoice);
    if (read?.state !== "posted" || read.payments.length === 0) continue;
    // What is still a draft has paid nothing, and its own request closes when it is posted. Closed
    // with it, a draft that is refused could not be taken away again.
    const lines = await readLines(reader, [...read.toPay, ...read.payments], POSTED);
    const open = lines.filter((line) => idOf(line, "reconciliation") === undefined);
    const closing = closingOf(invoice, open);
    if (closing !== undefined) out.push(closing);
  }
  return out;
}

function settledBy(plan: InvoicePlan | MovePlan): readonly number[] {
  if (plan.kind === "invoice") return plan.against === null ? [] : [plan.against];
  return [...new Set(plan.lines.flatMap((line) => line.settles ?? []))];
}

function closingOf(invoice: number, open: readonly JsonObject[]): Closing | undefined {
  let sum = parseDecimal("0");
  let date = "";
  const timestamps: Record<string, string> = {};
  for (const line of open) {
    sum = addDecimal(sum, signed(line));
    const day = dateOf(line, "date") ?? "";
    if (day > date) date = day;
    timestamps[`account.move.line,${idOf(line, "id")}`] = textAt(line, "_timestamp") ?? "";
  }
  if (open.length < 2 || sum !== "0") return undefined;
  return { invoice, lines: open.flatMap((line) => idOf(line, "id") ?? []), date, timestamps };
}

/** What is open of an invoice, in the company's currency and in its own where that is another. */
export async function openAmounts(
  reader: Reader,
  invoice: number,
): Promise<{ readonly company: Decimal; readonly second: Decimal }> {
  const read = await readInvoice(reader, invoice);
  const lines = await readLines(reader, [...(read?.toPay ?? []), ...(read?.payments ?? [])]);
  let company = ZERO;
  let own = ZERO;
  for (const line of lines) {
    if (idOf(line, "reconciliation") !== undefined) continue;
    company = addDecimal(company, signed(line));
    own = addDecimal(own, second(line));
  }
  return { company, second: own };
}

interface InvoiceItems {
  readonly state: string;
  /** ISO code. */
  readonly currency: string;
  readonly toPay: readonly number[];
  readonly payments: readonly number[];
}

async function readInvoice(reader: Reader, id: number): Promise<InvoiceItems | undefined> {
  const [row] = await reader.search({
    model: "account.invoice",
    domain: [["id", "=", id]],
    fields: ["state", "currency.code", "lines_to_pay", "payment_lines"],
  });
  if (row === undefined) return undefined;
  return {
    state: textAt(row, "state") ?? "",
    currency: textAt(row, "currency.", "code") ?? "",
    toPay: idsOf(row, "lines_to_pay") ?? [],
    payments: idsOf(row, "payment_lines") ?? [],
  };
}

const POSTED: readonly Json[] = [["move.state", "=", "posted"]];

async function readLines(
  reader: Reader,
  ids: readonly number[],
  more: readonly Json[] = [],
): Promise<readonly JsonObject[]> {
  if (ids.length === 0) return [];
  return reader.search({
    model: "account.move.line",
    domain: [["id", "in", [...ids]], ...more],
    fields: LINE_FIELDS,
  });
}
