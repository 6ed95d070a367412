/**
 * Tryton's documents as they stand, for invariants, and their totals per day, for reconciliation.
 *
 * invoice, credit-note   one model; a total below zero, or our own against, is a credit note
 * move                   an entry of its own; those that an invoice's posting makes are left out
 *
 * A draft and a cancelled document are no part of the books and are not listed.
 */
import type { Money } from "../../kernel/money.ts";
import { addMoney, parseMoney } from "../../kernel/money.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { TargetDocument } from "../kit/target.ts";
import type { Reader, Search } from "./reader.ts";
import type { TrytonSettings } from "./settings.ts";
import { dateOf, decimalOf, idOf } from "./wire.ts";

export const PAGE_ROWS = 500;

export type ReaderOf = (company: number) => Reader;

/** Every row by rising number, page by page: an offset would skip what others write meanwhile. */
export async function* pages(
  reader: Reader,
  search: Search,
): AsyncGenerator<readonly JsonObject[]> {
  let last = 0;
  for (;;) {
    const domain: Json[] = [["id", ">", last], ...search.domain];
    const rows = await reader.search({ ...search, domain, limit: PAGE_ROWS });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_ROWS) return;
    last = idOf(rows.at(-1) ?? {}, "id") ?? Number.MAX_SAFE_INTEGER;
  }
}

/** Invoices and credit notes, then moves of each company; then customers, then products. */
export async function* trytonDocuments(
  readerOf: ReaderOf,
  settings: TrytonSettings,
): AsyncGenerator<TargetDocument> {
  for (const company of companiesOf(settings)) {
    const reader = readerOf(company);
    yield* postedInvoices(reader, settings, company, []);
    yield* postedMoves(reader, settings, company, []);
  }
  const [company] = companiesOf(settings);
  if (company === undefined) return;
  const models = [
    ["party", "party.party"],
    ["product", "product.product"],
  ] as const;
  for (const [type, model] of models) {
    const search = { model, domain: [], fields: ["code"], context: { active_test: false } };
    for await (const rows of pages(readerOf(company), search)) {
      for (const row of rows) yield masterOf(type, row);
    }
  }
}

function companiesOf(settings: TrytonSettings): readonly number[] {
  return [...new Set(Object.values(settings.entities).map((entity) => entity.company))];
}

/** `where`: further clauses of the domain. */
async function* postedInvoices(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  where: readonly Json[],
): AsyncGenerator<TargetDocument> {
  const domain: Json[] = [
    ["company", "=", company],
    ["type", "=", "out"],
    ["state", "in", ["posted", "paid"]],
    ...where,
  ];
  const fields = ["number", "reference", "invoice_date", "currency", "total_amount"];
  for await (const rows of pages(reader, { model: "account.invoice", domain, fields })) {
    for (const row of rows) yield invoiceOf(row, settings);
  }
}

function invoiceOf(row: JsonObject, settings: TrytonSettings): TargetDocument {
  const total = moneyOf(settings, idOf(row, "currency"), decimalOf(row, "total_amount"));
  const credit = total !== undefined && total.minor < 0n;
  return {
    type: credit ? "credit-note" : "invoice",
    externalId: String(idOf(row, "id") ?? ""),
    reference: referenceIn(textAt(row, "reference")),
    number: textAt(row, "number"),
    amount: credit ? { ...total, minor: -total.minor } : total,
    date: dateOf(row, "invoice_date"),
  };
}

async function* postedMoves(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  where: readonly Json[],
): AsyncGenerator<TargetDocument> {
  const domain: Json[] = [
    ["company", "=", company],
    ["state", "=", "posted"],
    ["OR", ["origin", "=", null], ["origin", "not like", "account.invoice,%"]],
    ...where,
  ];
  const fields = ["post_number", "description", "date"];
  for await (const rows of pages(reader, { model: "account.move", domain, fields })) {
    const amounts = await moveAmounts(reader, settings, company, rows);
    for (const row of rows) {
      const id = idOf(row, "id") ?? 0;
      yield {
        type: "move",
        externalId: String(id),
        reference: referenceIn(textAt(row, "description")),
        number: textAt(row, "post_number"),
        amount: amounts.get(id),
        date: dateOf(row, "date"),
      };
    }
  }
}

/** What a move moves: the sum of its debits, in its own currency where all lines share one. */
async function moveAmounts(
  reader: Reader,
  settings: TrytonSettings,
  company: number,
  moves: readonly JsonObject[],
): Promise<ReadonlyMap<number, Money>> {
  const entity = Object.values(settings.entities).find((one) => one.company === company);
  const own = entity === undefined ? undefined : settings.currencies[entity.companyCurrency];
  const ids = moves.flatMap((row) => idOf(row, "id") ?? []);
  const lines = await reader.search({
    model: "account.move.line",
    domain: [
      ["move", "in", ids],
      ["debit", ">", { __class__: "Decimal", decimal: "0" }],
    ],
    fields: ["move", "debit", "second_currency", "amount_second_currency"],
  });
  const sums = new Map<number, Money>();
  for (const line of lines) {
    const second = idOf(line, "second_currency");
    const field = second === undefined ? "debit" : "amount_second_currency";
    const amount = moneyOf(settings, second ?? own, decimalOf(line, field));
    const move = idOf(line, "move");
    if (amount === undefined || move === undefined) continue;
    const before = sums.get(move);
    sums.set(move, before?.currency === amount.currency ? addMoney(before, amount) : amount);
  }
  return sums;
}

/** Our references are sixteen small letters and digits; a text beginning so is ours. */
export function referenceIn(text: string | undefined): string | undefined {
  const [word] = text?.split(" ") ?? [];
  return word !== undefined && /^[a-z0-9]{16}$/.test(word) ? word : undefined;
}

/** Undefined where the currency is none of ours, or the number no amount of it. */
export function moneyOf(
  settings: Pick<TrytonSettings, "currencies">,
  currency: number | undefined,
  amount: string | undefined,
): Money | undefined {
  const code = Object.keys(settings.currencies).find(
    (one) => settings.currencies[one] === currency,
  );
  if (code === undefined || amount === undefined) return undefined;
  try {
    return parseMoney({ amount, currency: code });
  } catch {
    return undefined;
  }
}

function masterOf(type: string, row: JsonObject): TargetDocument {
  return {
    type,
    externalId: String(idOf(row, "id") ?? ""),
    reference: referenceIn(textAt(row, "code")),
    number: textAt(row, "code"),
    amount: undefined,
    date: undefined,
  };
}

export interface DayTotal {
  readonly type: string;
  readonly count: number;
  readonly total: Money;
}

/** Count and sum of each type and currency on one business day of their document date. */
export async function trytonTotals(
  readerOf: ReaderOf,
  settings: TrytonSettings,
  day: string,
): Promise<readonly DayTotal[]> {
  const [year, month, date] = day.split("-").map(Number);
  const on: Json = { __class__: "date", year: year ?? 0, month: month ?? 0, day: date ?? 0 };
  const sums = new Map<string, DayTotal>();
  for (const company of companiesOf(settings)) {
    const reader = readerOf(company);
    const listings = [
      postedInvoices(reader, settings, company, [["invoice_date", "=", on]]),
      postedMoves(reader, settings, company, [["date", "=", on]]),
    ];
    for (const listing of listings) {
      for await (const { type, amount } of listing) {
        if (amount === undefined) continue;
        const key = `${type} ${amount.currency}`;
        const before = sums.get(key);
        const total = before === undefined ? amount : addMoney(before.total, amount);
        sums.set(key, { type, count: (before?.count ?? 0) + 1, total });
      }
    }
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
