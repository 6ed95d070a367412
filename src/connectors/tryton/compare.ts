/**
 * What we meant against what is there, field by field. Only what a plan says is compared; dates of
 * posting, addresses and amounts that Tryton converted itself are its own.
 */
import type { Decimal } from "../../kernel/decimal.ts";
import { parseDecimal } from "../../kernel/decimal.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { Difference } from "../kit/target.ts";
import { partyOfMove } from "./look.ts";
import type { InvoicePlan, MovePlan } from "./plan.ts";
import { moveDescription } from "./plan-values.ts";
import type { Reader } from "./reader.ts";
import { dateOf, decimalOf, idOf, signed } from "./wire.ts";

const MISSING = "(missing)";

type Pair = readonly [field: string, ours: string, theirs: string | undefined];

/** The pairs that are not equal; what is there and empty counts as missing. */
export function differing(pairs: readonly Pair[]): Difference[] {
  return pairs
    .map(([field, ours, theirs]) => ({ field, ours, theirs: theirs ?? MISSING }))
    .filter(({ ours, theirs }) => ours !== theirs);
}

/** An invoice, draft or posted, with its lines and taxes. `row` has `INVOICE_FIELDS`. */
export async function compareInvoice(
  reader: Reader,
  plan: InvoicePlan,
  row: JsonObject,
): Promise<Difference[]> {
  const invoice = idOf(row, "id") ?? 0;
  const lines = await reader.search({
    model: "account.invoice.line",
    domain: [
      ["invoice", "=", invoice],
      ["type", "=", "line"],
    ],
    fields: ["account", "product", "quantity", "unit_price", "amount"],
  });
  const taxes = await reader.search({
    model: "account.invoice.tax",
    domain: [["invoice", "=", invoice]],
    fields: ["account", "tax", "amount"],
  });
  const number: Pair[] =
    plan.number === null ? [] : [["number", plan.number, textAt(row, "number")]];
  return differing([
    ...number,
    ["party", String(plan.party), linkText(row, "party")],
    ["currency", String(plan.currency), linkText(row, "currency")],
    ["account", String(plan.account), linkText(row, "account")],
    ["journal", String(plan.journal), linkText(row, "journal")],
    ["description", plan.description, textAt(row, "description")],
    ["invoice_date", plan.date, dateOf(row, "invoice_date")],
    ["payment_term_date", plan.dueDate, dateOf(row, "payment_term_date")],
    ["untaxed_amount", parseDecimal(plan.untaxed), decimalOf(row, "untaxed_amount")],
    ["tax_amount", parseDecimal(plan.tax), decimalOf(row, "tax_amount")],
    ["total_amount", parseDecimal(plan.total), decimalOf(row, "total_amount")],
    ["lines", sorted(plan.lines.map(ourLine)), sorted(lines.map(theirLine))],
    ["taxes", sorted(plan.taxes.map(ourTax)), sorted(taxes.map(theirTax))],
  ]);
}

function ourLine(line: InvoicePlan["lines"][number]): string {
  return `${line.account}/${line.product ?? ""}: ${parseDecimal(line.amount)}`;
}

function theirLine(line: JsonObject): string {
  return `${linkText(line, "account")}/${linkText(line, "product") ?? ""}: ${decimalOf(line, "amount")}`;
}

function ourTax(tax: InvoicePlan["taxes"][number]): string {
  return `${tax.account}/${tax.tax ?? ""}: ${parseDecimal(tax.amount)}`;
}

function theirTax(tax: JsonObject): string {
  return `${linkText(tax, "account")}/${linkText(tax, "tax") ?? ""}: ${decimalOf(tax, "amount")}`;
}

/** A move with its lines. `row` has `MOVE_FIELDS`. */
export async function compareMove(
  reader: Reader,
  plan: MovePlan,
  row: JsonObject,
): Promise<Difference[]> {
  const party = await partyOfMove(reader, plan);
  const lines = await reader.search({
    model: "account.move.line",
    domain: [["move", "=", idOf(row, "id") ?? 0]],
    fields: ["account", "party", "debit", "credit", "amount_second_currency", "second_currency"],
  });
  return differing([
    ["description", moveDescription(plan), textAt(row, "description")],
    ["date", plan.date, dateOf(row, "date")],
    ["journal", String(plan.journal), linkText(row, "journal")],
    [
      "lines",
      sorted(plan.lines.map((line) => ourEntry(line, party))),
      sorted(lines.map((line) => theirEntry(plan, line))),
    ],
  ]);
}

function ourEntry(line: MovePlan["lines"][number], same: number | undefined): string {
  const party = line.party === "same" ? same : line.party;
  return `${line.account}/${party ?? ""}: ${parseDecimal(line.amount)}`;
}

function theirEntry(plan: MovePlan, line: JsonObject): string {
  return `${linkText(line, "account")}/${linkText(line, "party") ?? ""}: ${entryAmount(plan, line)}`;
}

/** In the move's own currency, which is a line's second one where it is not the company's. */
function entryAmount(plan: MovePlan, line: JsonObject): Decimal | undefined {
  if (plan.convertTo === null) return signed(line);
  if (idOf(line, "second_currency") !== plan.currency) return undefined;
  return decimalOf(line, "amount_second_currency");
}

function linkText(row: JsonObject, field: string): string | undefined {
  const id = idOf(row, field);
  return id === undefined ? undefined : String(id);
}

function sorted(texts: readonly string[]): string {
  return [...texts].sort().join("; ");
}
