/**
 * The tables SuiteQL may read, made from the search index.
 *
 * Known traps, kept: `subsidiary` is on transactionline and not on transaction; amounts of sales
 * lines and of credit memos are negative; `total` is not exposed, `foreigntotal` is; booleans are
 * 'T' and 'F'; dates and times are in the account's zone.
 */
import { instant } from "../../kernel/clock.ts";
import { fromMinor, toMinor } from "./amounts.ts";
import type { Books } from "./books.ts";
import { specOf } from "./record-specs.ts";
import { refName } from "./render-record.ts";
import type { IndexedRecord } from "./search-index.ts";
import { digitsOf } from "./transaction-terms.ts";
import type { FieldValue, Line, Posting, RecordGroup } from "./types.ts";

export type ColumnType = "date" | "datetime" | "number" | "text";
export type Cell = string | null;
/** One row, columns by name. */
export type Row = (column: string) => Cell;

export interface Table {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly rows: () => Iterable<Row>;
}

export interface TableSource {
  readonly books: Books;
  readonly rows: (group: RecordGroup) => Iterable<IndexedRecord>;
  /** `YYYY-MM-DD HH:MM:SS` of an instant in the account's zone. */
  readonly localTime: (ms: number) => string;
  /** Custom fields, lower case. */
  readonly customFields: ReadonlySet<string>;
}

type Getter = (source: TableSource, row: IndexedRecord) => Cell;
type Columns = Readonly<Record<string, readonly [ColumnType, Getter]>>;

const field =
  (name: string): Getter =>
  (_, { record }) =>
    cell(record.body[name]);
const time: Getter = (source, { record }) => source.localTime(record.createdAt);
const base = {
  id: ["number", (_, { record }) => record.id],
  externalid: ["text", (_, { record }) => record.externalId],
  lastmodifieddate: ["datetime", (source, row) => source.localTime(row.modifiedAt)],
} satisfies Columns;

const TRANSACTION: Columns = {
  ...base,
  type: ["text", (_, { record }) => specOf(record.type).queryType],
  recordtype: ["text", (_, { record }) => record.type.toLowerCase()],
  tranid: ["text", field("tranId")],
  trandate: ["date", field("tranDate")],
  duedate: ["date", field("dueDate")],
  entity: ["number", (_, { record }) => cell(record.body["entity"] ?? record.body["customer"])],
  currency: ["number", field("currency")],
  exchangerate: ["number", field("exchangeRate")],
  foreigntotal: ["number", (source, row) => amountOf(source, row, signedTotal(row))],
  foreignamountpaid: [
    "number",
    (source, row) => (isInvoice(row) ? amountOf(source, row, row.applied) : null),
  ],
  foreignamountunpaid: [
    "number",
    (source, row) =>
      isInvoice(row) ? amountOf(source, row, signedTotal(row) - row.applied) : null,
  ],
  postingperiod: ["number", (_, { record }) => record.facts?.period ?? null],
  memo: ["text", field("memo")],
  otherrefnum: ["text", field("otherRefNum")],
  posting: [
    "text",
    (_, { record: { facts } }) =>
      facts?.voided === true || (facts?.postings.length ?? 0) > 0 ? "T" : "F",
  ],
  voided: ["text", (_, { record }) => (record.facts?.voided === true ? "T" : "F")],
  status: ["text", (_, row) => statusLetter(row)],
  createddate: ["datetime", time],
};

const SIMPLE: Readonly<Record<string, { group: RecordGroup; columns: Columns }>> = {
  transaction: { group: "transaction", columns: TRANSACTION },
  customer: {
    group: "entity",
    columns: {
      ...base,
      entityid: ["text", field("entityId")],
      companyname: ["text", field("companyName")],
      email: ["text", field("email")],
      isperson: ["text", field("isPerson")],
      isinactive: ["text", field("isInactive")],
      currency: ["number", field("currency")],
      datecreated: ["datetime", time],
    },
  },
  item: {
    group: "item",
    columns: {
      ...base,
      itemid: ["text", field("itemId")],
      displayname: ["text", field("displayName")],
      itemtype: [
        "text",
        (_, { record }) => (record.type === "serviceSaleItem" ? "Service" : "NonInvtPart"),
      ],
      isinactive: ["text", field("isInactive")],
      incomeaccount: ["number", field("incomeAccount")],
      createddate: ["datetime", time],
    },
  },
  account: {
    group: "account",
    columns: {
      ...base,
      acctnumber: ["text", field("acctNumber")],
      fullname: ["text", field("acctName")],
      accttype: ["text", field("acctType")],
      isinactive: ["text", field("isInactive")],
    },
  },
  accountingperiod: {
    group: "period",
    columns: {
      id: base.id,
      lastmodifieddate: base.lastmodifieddate,
      periodname: ["text", field("periodName")],
      startdate: ["date", field("startDate")],
      enddate: ["date", field("endDate")],
      closed: ["text", field("closed")],
      arlocked: ["text", field("arLocked")],
      aplocked: ["text", field("apLocked")],
      alllocked: ["text", field("allLocked")],
      isadjust: ["text", field("isAdjust")],
      isyear: ["text", field("isYear")],
      isquarter: ["text", field("isQuarter")],
    },
  },
  currency: {
    group: "currency",
    columns: {
      id: ["number", (_, { record }) => record.id],
      symbol: ["text", field("symbol")],
      name: ["text", field("name")],
    },
  },
  subsidiary: {
    group: "subsidiary",
    columns: {
      id: ["number", (_, { record }) => record.id],
      name: ["text", (_, { record }) => refName(record)],
      currency: ["number", field("currency")],
      country: ["text", field("country")],
    },
  },
};

const LINE_COLUMNS: Readonly<Record<string, ColumnType>> = {
  transaction: "number",
  id: "number",
  linesequencenumber: "number",
  mainline: "text",
  taxline: "text",
  item: "number",
  quantity: "number",
  rate: "number",
  foreignamount: "number",
  debitforeignamount: "number",
  creditforeignamount: "number",
  expenseaccount: "number",
  entity: "number",
  subsidiary: "number",
  memo: "text",
};

const ACCOUNTING_COLUMNS: Readonly<Record<string, ColumnType>> = {
  transaction: "number",
  transactionline: "number",
  account: "number",
  amount: "number",
  debit: "number",
  credit: "number",
  posting: "text",
};

/** The table of that name, or undefined. */
export function findTable(source: TableSource, name: string): Table | undefined {
  if (name === "transactionline") return lineTable(source, LINE_COLUMNS, postingRow);
  if (name === "transactionaccountingline") {
    return lineTable(source, ACCOUNTING_COLUMNS, accountingRow);
  }
  const found = SIMPLE[name];
  if (found === undefined) return undefined;
  const custom = [...source.customFields].filter((one) => one.startsWith(prefixOf(found.group)));
  const columns: Record<string, readonly [ColumnType, Getter]> = { ...found.columns };
  for (const one of custom) columns[one] = ["text", field(one)];
  return {
    columns: Object.fromEntries(Object.entries(columns).map(([key, [type]]) => [key, type])),
    *rows() {
      for (const row of source.rows(found.group)) {
        yield (column) => columns[column]?.[1](source, row) ?? null;
      }
    },
  };
}

function prefixOf(group: RecordGroup): string {
  if (group === "transaction") return "custbody";
  return group === "item" ? "custitem" : "custentity";
}

type LineRow = (source: TableSource, row: IndexedRecord, posting: Posting) => Row;

function lineTable(
  source: TableSource,
  columns: Readonly<Record<string, ColumnType>>,
  make: LineRow,
): Table {
  return {
    columns,
    *rows() {
      for (const row of source.rows("transaction")) {
        for (const posting of row.record.facts?.postings ?? []) yield make(source, row, posting);
      }
    },
  };
}

/** A line as SuiteQL's transactionline shows it; sales lines are negative, quantity included. */
function postingRow(source: TableSource, row: IndexedRecord, posting: Posting): Row {
  const { record } = row;
  const line = documentLine(row, posting);
  const debit = BigInt(posting.debit);
  const credit = BigInt(posting.credit);
  const quantity = cell(line?.["quantity"]);
  const cells: Record<string, Cell> = {
    transaction: record.id,
    id: String(posting.line),
    linesequencenumber: String(posting.line),
    mainline: posting.line === 0 ? "T" : "F",
    taxline: posting.tax ? "T" : "F",
    item: cell(line?.["item"]),
    quantity: quantity !== null && isInvoice(row) ? negated(quantity) : quantity,
    rate: cell(line?.["rate"]),
    foreignamount: amountOf(source, row, debit - credit),
    debitforeignamount: debit === 0n ? null : amountOf(source, row, debit),
    creditforeignamount: credit === 0n ? null : amountOf(source, row, credit),
    expenseaccount: posting.account,
    entity: cell(line?.["entity"] ?? record.body["entity"] ?? record.body["customer"]),
    subsidiary: cell(record.body["subsidiary"]),
    memo: cell(line?.["description"] ?? line?.["memo"] ?? record.body["memo"]),
  };
  return (column) => cells[column] ?? null;
}

/** The general ledger's view, in the subsidiary's own currency. */
function accountingRow(source: TableSource, row: IndexedRecord, posting: Posting): Row {
  const { books } = source;
  const subsidiary = books.get("subsidiary", String(row.record.body["subsidiary"]));
  const digits = digitsOf(books, String(subsidiary?.body["currency"]));
  const amount = BigInt(posting.base);
  const show = (minor: bigint) => trimmed(fromMinor(minor, digits));
  const cells: Record<string, Cell> = {
    transaction: row.record.id,
    transactionline: String(posting.line),
    account: posting.account,
    amount: show(amount),
    debit: amount > 0n ? show(amount) : null,
    credit: amount < 0n ? show(-amount) : null,
    posting: "T",
  };
  return (column) => cells[column] ?? null;
}

function documentLine({ record }: IndexedRecord, posting: Posting): Line | undefined {
  const name = record.type === "journalEntry" ? "line" : "item";
  return posting.tax ? undefined : record.sublists[name]?.[posting.line - 1];
}

function signedTotal({ record }: IndexedRecord): bigint {
  const total = BigInt(record.facts?.total ?? "0");
  return record.type === "creditMemo" || record.type === "customerRefund" ? -total : total;
}

function isInvoice({ record }: IndexedRecord): boolean {
  return record.type === "invoice";
}

function statusLetter(row: IndexedRecord): string {
  if (row.record.facts?.voided === true) return "V";
  const own = (row.record.facts?.applications ?? []).reduce((s, one) => s + BigInt(one.amount), 0n);
  const total = BigInt(row.record.facts?.total ?? "0");
  return total === row.applied + own && row.record.type !== "journalEntry" ? "B" : "A";
}

function amountOf(source: TableSource, { record }: IndexedRecord, minor: bigint): string {
  return trimmed(fromMinor(minor, digitsOf(source.books, String(record.body["currency"]))));
}

/** Numbers come without trailing zeros: 119.00 is "119". */
function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

function negated(decimal: string): string {
  if (toMinor(decimal, 10) === 0n) return decimal;
  return decimal.startsWith("-") ? decimal.slice(1) : `-${decimal}`;
}

function cell(value: FieldValue | undefined): Cell {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? "T" : "F";
  return typeof value === "string" ? value : null;
}

const localFormats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM:SS` in a zone; an hour comes twice when summer time ends, as it does there. */
export function localTime(ms: number, zone: string): string {
  if (zone === "UTC") return instant(ms).slice(0, 19).replace("T", " ");
  let format = localFormats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    localFormats.set(zone, format);
  }
  return format.format(ms);
}
