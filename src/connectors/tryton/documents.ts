/**
 * Tryton's documents as they stand: for invariants, for reconciliation, and to be watched.
 *
 * invoice, credit-note   one model; a total below zero makes a credit note
 * move                   an entry of its own; those that an invoice's posting or cancelling makes
 *                        belong to the invoice and are left out
 */
import type { Money } from "../../kernel/money.ts";
import { addMoney, money, parseMoney } from "../../kernel/money.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { ObservedDocument } from "../kit/observe.ts";
import type { TargetDocument } from "../kit/target.ts";
import { trytonErrors } from "./errors.ts";
import type { Reader, Search } from "./reader.ts";
import type { TrytonSettings } from "./settings.ts";
import { dateOf, decimalOf, idOf, momentOf, wireDate } from "./wire.ts";

const PAGE_ROWS = 500;

export type ReaderOf = (company: number) => Reader;

/** A clause of a search for each of the two models. */
export interface Where {
  readonly invoices: readonly Json[];
  readonly moves: readonly Json[];
}

/** Every row by rising number, page by page: an offset would skip what others write meanwhile. */
async function* pages(reader: Reader, search: Search): AsyncGenerator<readonly JsonObject[]> {
  let last = 0;
  for (;;) {
    const domain: Json[] = [["id", ">", last], ...search.domain];
    const rows = await reader.search({ ...search, domain, limit: PAGE_ROWS });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_ROWS) return;
    last = idOf(rows.at(-1) ?? {}, "id") ?? Number.MAX_SAFE_INTEGER;
  }
}

/** Invoices and credit notes, then moves, of each company, in whatever state. */
export async function* listDocuments(
  readerOf: ReaderOf,
  settings: TrytonSettings,
  where: Where,
): AsyncGenerator<ObservedDocument> {
  for (const company of companiesOf(settings)) {
    const reader = readerOf(company);
    yield* listInvoices(reader, settings, company, where.invoices);
    yield* listMoves(reader, settings, company, where.moves);
  }
}

function companiesOf(settings: TrytonSettings): readonly number[] {
  return [...new Set(Object.values(settings.entities).map((entity) => entity.company))];
}

const WHO_AND_WHEN = ["create_date", "write_date", "create_uid.login", "write_uid.login"];

const INVOICE_COLUMNS = [
  "state",
  "number",
  "reference",
  "invoice_date",
  "currency",
  "total_amount",
  "party",
  ...WHO_AND_WHEN,
];

async function* listInvoices(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  where: readonly Json[],
): AsyncGenerator<ObservedDocument> {
  const domain: Json[] = [["company", "=", company], ["type", "=", "out"], ...where];
  const search = { model: "account.invoice", domain, fields: INVOICE_COLUMNS };
  for await (const rows of pages(reader, search)) {
    for (const row of rows) yield invoiceOf(row, settings);
  }
}

const INVOICE_STATES: Readonly<Record<string, ObservedDocument["state"]>> = {
  draft: "draft",
  validated: "draft",
  posted: "live",
  paid: "live",
  cancelled: "cancelled",
};

function invoiceOf(row: JsonObject, settings: TrytonSettings): ObservedDocument {
  const total = moneyOf(settings, idOf(row, "currency"), decimalOf(row, "total_amount"));
  const credit = total !== undefined && total.minor < 0n;
  const state = INVOICE_STATES[textAt(row, "state") ?? ""];
  if (state === undefined) throw notUnderstood("invoices", row);
  return {
    type: credit ? "credit-note" : "invoice",
    externalId: String(idOf(row, "id") ?? ""),
    reference: referenceIn(textAt(row, "reference")),
    number: textAt(row, "number"),
    state,
    amount: credit ? { ...total, minor: -total.minor } : total,
    date: dateOf(row, "invoice_date"),
    counterparty: idText(row, "party"),
    ...whoAndWhen(row),
  };
}

const MOVE_COLUMNS = ["state", "post_number", "description", "date", "origin", ...WHO_AND_WHEN];

async function* listMoves(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  where: readonly Json[],
): AsyncGenerator<ObservedDocument> {
  const domain: Json[] = [
    ["company", "=", company],
    ["OR", ["origin", "=", null], ["origin", "not like", "account.invoice,%"]],
    ...where,
  ];
  for await (const rows of pages(reader, { model: "account.move", domain, fields: MOVE_COLUMNS })) {
    const own = await withoutCancellations(reader, rows);
    const sums = await movedAmounts(reader, settings, company, own);
    for (const row of own) {
      const id = idOf(row, "id") ?? 0;
      yield {
        type: "move",
        externalId: String(id),
        reference: referenceIn(textAt(row, "description")),
        number: textAt(row, "post_number"),
        state: textAt(row, "state") === "posted" ? "live" : "draft",
        amount: sums.get(id)?.amount,
        date: dateOf(row, "date"),
        counterparty: sums.get(id)?.party,
        ...whoAndWhen(row),
      };
    }
  }
}

/** The move that takes a cancelled invoice back names the invoice's move as its origin. */
async function withoutCancellations(
  reader: Reader,
  rows: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const suspects = rows.filter((row) => textAt(row, "origin")?.startsWith("account.move,"));
  if (suspects.length === 0) return rows;
  const ids = suspects.flatMap((row) => idOf(row, "id") ?? []);
  const invoices = await reader.search({
    model: "account.invoice",
    domain: [["cancel_move", "in", ids]],
    fields: ["cancel_move"],
  });
  const cancelling = new Set(invoices.map((row) => idOf(row, "cancel_move")));
  return rows.filter((row) => !cancelling.has(idOf(row, "id")));
}

interface Moved {
  readonly amount: Money | undefined;
  readonly party: string | undefined;
}

/** What moves move: the sum of debits, in their own currency where all lines have that. */
async function movedAmounts(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  moves: readonly JsonObject[],
): Promise<ReadonlyMap<number, Moved>> {
  const out = new Map<number, Moved>();
  const ids = moves.flatMap((row) => idOf(row, "id") ?? []);
  if (ids.length === 0) return out;
  const entity = Object.values(settings.entities).find((one) => one.company === company);
  const own = entity === undefined ? undefined : settings.currencies[entity.companyCurrency];
  const lines = await reader.search({
    model: "account.move.line",
    domain: [["move", "in", ids]],
    fields: ["move", "party", "debit", "credit", "second_currency", "amount_second_currency"],
  });
  for (const line of lines) {
    const move = idOf(line, "move") ?? 0;
    const before = out.get(move);
    const added = before?.amount ?? moneyOf(settings, currencyOf(line, own), "0");
    const amount = sum(added, debitOf(settings, line, own));
    out.set(move, { amount, party: before?.party ?? idText(line, "party") });
  }
  return out;
}

function currencyOf(line: JsonObject, own: number | undefined): number | undefined {
  return idOf(line, "second_currency") ?? own;
}

/** Zero for a credit. Undefined where it cannot be told. */
function debitOf(
  settings: TrytonSettings,
  line: JsonObject,
  own: number | undefined,
): Money | undefined {
  const currency = currencyOf(line, own);
  if (idOf(line, "second_currency") === undefined) {
    return moneyOf(settings, currency, decimalOf(line, "debit"));
  }
  const amount = moneyOf(settings, currency, decimalOf(line, "amount_second_currency"));
  const debit = decimalOf(line, "debit") !== "0";
  return amount === undefined || debit ? amount : money(0n, amount.currency);
}

/** Lines of several currencies have no sum. */
function sum(a: Money | undefined, b: Money | undefined): Money | undefined {
  return a !== undefined && b !== undefined && a.currency === b.currency
    ? addMoney(a, b)
    : undefined;
}

function whoAndWhen(row: JsonObject) {
  const createdAt = momentOf(row, "create_date");
  const changedAt = momentOf(row, "write_date") ?? createdAt;
  if (changedAt === undefined) throw notUnderstood("documents", row);
  const changedBy = textAt(row, "write_uid.", "login") ?? textAt(row, "create_uid.", "login");
  return { createdAt, changedAt, changedBy };
}

function notUnderstood(what: string, row: JsonObject) {
  const detail = `a row is not understood: ${JSON.stringify(row)}`;
  return trytonErrors.E_TRYTON_READ_FAILED({ what, detail });
}

function idText(row: JsonObject, field: string): string | undefined {
  const id = idOf(row, field);
  return id === undefined ? undefined : String(id);
}

/** Our references are sixteen small letters and digits; a text beginning so is ours. */
export function referenceIn(text: string | undefined): string | undefined {
  const [word] = text?.split(" ") ?? [];
  return word !== undefined && /^[a-z0-9]{16}$/.test(word) ? word : undefined;
}

/** Undefined where the currency is none of ours, or the number no amount of it. */
function moneyOf(
  settings: Pick<TrytonSettings, "currencies">,
  currency: number | undefined,
  amount: string | undefined,
): Money | undefined {
  const codes = Object.keys(settings.currencies);
  const code = codes.find((one) => settings.currencies[one] === currency);
  if (code === undefined || amount === undefined) return undefined;
  try {
    return parseMoney({ amount, currency: code });
  } catch {
    return undefined;
  }
}

const EVERYTHING: Where = { invoices: [], moves: [] };

/** What counts in the books: posted documents, then customers and products. */
export async function* trytonDocuments(
  readerOf: ReaderOf,
  settings: TrytonSettings,
): AsyncGenerator<TargetDocument> {
  for await (const document of listDocuments(readerOf, settings, EVERYTHING)) {
    if (document.state !== "live") continue;
    const { type, externalId, reference, number, amount, date } = document;
    yield { type, externalId, reference, number, amount, date };
  }
  const [company] = companiesOf(settings);
  if (company === undefined) return;
  for (const type of ["party", "product"] as const) {
    const model = `${type}.${type}`;
    const search = { model, domain: [], fields: ["code"], context: { active_test: false } };
    for await (const rows of pages(readerOf(company), search)) {
      for (const row of rows) yield masterOf(type, row);
    }
  }
}

function masterOf(type: string, row: JsonObject): TargetDocument {
  const code = textAt(row, "code");
  const nothing = { amount: undefined, date: undefined };
  const externalId = String(idOf(row, "id") ?? "");
  return { type, externalId, reference: referenceIn(code), number: code, ...nothing };
}

/** Documents whose own date is a business day, in whatever state. */
export function onDay(day: string): Where {
  const on = wireDate(day);
  return { invoices: [["invoice_date", "=", on]], moves: [["date", "=", on]] };
}
