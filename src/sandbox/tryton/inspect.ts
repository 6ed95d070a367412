/**
 * What stands in the server, for oracles and tests. Amounts are decimal texts in the company's
 * currency as Tryton computed them; nothing here adds up what Tryton can add up itself.
 */
import type { TrytonRow, TrytonRpc } from "./rpc.ts";
import { demand } from "./rpc.ts";
import { dayOf, decimalOf, momentOf } from "./values.ts";

export interface TrytonInvoice {
  readonly id: number;
  /** `out` to a customer, `in` from a supplier. Credit notes are invoices of negative total. */
  readonly type: string;
  readonly state: string;
  /** Set when posted. */
  readonly number: string | null;
  /** What the sender called it; Tryton does not hold it unique. */
  readonly reference: string | null;
  readonly party: string;
  readonly currency: string;
  readonly total: string;
  readonly tax: string;
  /** What is still owed. */
  readonly due: string;
  /** Day of the document. */
  readonly date: string | null;
  /** Who last changed it and when (server's clock, UTC); null when nobody did since creation. */
  readonly changedBy: string | null;
  readonly changedAt: string | null;
  readonly createdBy: string | null;
}

export interface TrytonEntryLine {
  readonly account: string;
  readonly debit: string;
  readonly credit: string;
}

export interface TrytonEntry {
  readonly id: number;
  readonly state: string;
  /** Number given when posted. */
  readonly number: string | null;
  /** The day it counts for. */
  readonly date: string;
  readonly period: string;
  /** `account.invoice,12`; null for entries made by hand. */
  readonly origin: string | null;
  readonly description: string | null;
  readonly lines: readonly TrytonEntryLine[];
}

export interface TrytonBalance {
  readonly code: string;
  readonly name: string;
  readonly debit: string;
  readonly credit: string;
  /** Debit minus credit. */
  readonly balance: string;
}

export interface TrytonPeriod {
  readonly id: number;
  /** `2026-01`. */
  readonly name: string;
  readonly state: "open" | "close" | "locked";
  readonly startDate: string | null;
  readonly endDate: string | null;
}

const INVOICE_FIELDS = [
  ...["type", "state", "number", "reference", "total_amount", "tax_amount", "amount_to_pay"],
  ...["invoice_date", "party.name", "currency.code", "write_date"],
  ...["write_uid.login", "create_uid.login"],
];

export async function listInvoices(rpc: TrytonRpc, company: number): Promise<TrytonInvoice[]> {
  const rows = await rpc.list("account.invoice", [["company", "=", company]], INVOICE_FIELDS);
  return rows.map(invoiceOf).sort((a, b) => a.id - b.id);
}

function invoiceOf(row: TrytonRow): TrytonInvoice {
  return {
    id: row.id,
    type: String(row["type"]),
    state: String(row["state"]),
    number: textOrNull(row["number"]),
    reference: textOrNull(row["reference"]),
    party: String(related(row, "party", "name")),
    currency: String(related(row, "currency", "code")),
    total: decimalOf(row["total_amount"]),
    tax: decimalOf(row["tax_amount"]),
    due: decimalOf(row["amount_to_pay"]),
    date: dayOf(row["invoice_date"]),
    changedBy: textOrNull(related(row, "write_uid", "login")),
    changedAt: momentOf(row["write_date"]),
    createdBy: textOrNull(related(row, "create_uid", "login")),
  };
}

/** Entries with their lines, in the order they were made; `posted` leaves drafts out. */
export async function listEntries(
  rpc: TrytonRpc,
  company: number,
  which: "all" | "posted" = "all",
): Promise<TrytonEntry[]> {
  const state = which === "posted" ? [["state", "=", "posted"]] : [];
  const fields = ["state", "post_number", "date", "period.name", "origin", "description"];
  const moves = await rpc.list("account.move", [["company", "=", company], ...state], fields);
  const rows = await rpc.list(
    "account.move.line",
    [["move.company", "=", company]],
    ["move", "account.code", "debit", "credit"],
  );
  const lines = new Map<number, TrytonEntryLine[]>();
  for (const row of rows.sort((a, b) => a.id - b.id)) {
    const move = Number(row["move"]);
    lines.set(move, [...(lines.get(move) ?? []), entryLineOf(row)]);
  }
  const entries = moves.map((row) => ({
    id: row.id,
    state: String(row["state"]),
    number: textOrNull(row["post_number"]),
    date: String(dayOf(row["date"])),
    period: String(related(row, "period", "name")),
    origin: textOrNull(row["origin"]),
    description: textOrNull(row["description"]),
    lines: lines.get(row.id) ?? [],
  }));
  return entries.sort((a, b) => a.id - b.id);
}

function entryLineOf(row: TrytonRow): TrytonEntryLine {
  return {
    account: String(related(row, "account", "code")),
    debit: decimalOf(row["debit"]),
    credit: decimalOf(row["credit"]),
  };
}

/**
 * Balances per account of posted entries, as the server sums them over all open fiscal years.
 * Accounts that nothing moved are left out, and so is the root of the chart, which sums the rest.
 */
export async function trialBalance(rpc: TrytonRpc, company: number): Promise<TrytonBalance[]> {
  const domain = [
    ["company", "=", company],
    ["parent", "!=", null],
  ];
  const fields = ["code", "name", "debit", "credit", "balance"];
  const args = [domain, 0, null, [["code", "ASC"]], fields];
  const method = "model.account.account.search_read";
  // Without `posted` the server counts drafts too, unbalanced ones included.
  const rows = demand(method, await rpc.attempt<TrytonRow[]>(method, args, { posted: true }));
  return rows.map(balanceOf).filter((one) => !isZero(one.debit) || !isZero(one.credit));
}

function isZero(amount: string): boolean {
  return /^-?0+(\.0+)?$/.test(amount);
}

function balanceOf(row: TrytonRow): TrytonBalance {
  return {
    code: String(row["code"] ?? ""),
    name: String(row["name"]),
    debit: decimalOf(row["debit"]),
    credit: decimalOf(row["credit"]),
    balance: decimalOf(row["balance"]),
  };
}

export async function listPeriods(rpc: TrytonRpc, company: number): Promise<TrytonPeriod[]> {
  const domain = [["fiscalyear.company", "=", company]];
  const rows = await rpc.list("account.period", domain, [
    ...["name", "state", "start_date", "end_date"],
  ]);
  const periods = rows.map((row) => ({
    id: row.id,
    name: String(row["name"]),
    state: row["state"] as TrytonPeriod["state"],
    startDate: dayOf(row["start_date"]),
    endDate: dayOf(row["end_date"]),
  }));
  return periods.sort((a, b) => (String(a.startDate) < String(b.startDate) ? -1 : 1));
}

/** `party.` of a row of `search_read` with `party.name` among its fields. */
function related(row: TrytonRow, relation: string, field: string): unknown {
  const other = row[`${relation}.`];
  return typeof other === "object" && other !== null
    ? (other as Record<string, unknown>)[field]
    : null;
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
