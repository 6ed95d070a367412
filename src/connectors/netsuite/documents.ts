/**
 * NetSuite's documents as they stand, for invariants, and their totals per day, for reconciliation.
 *
 * Quirks of SuiteQL: every value is text, absent when null; credit memos and refunds have negative
 * totals; `total` is not exposed, `foreigntotal` is; dates come in the account's format unless
 * TO_CHAR says otherwise; what was written a moment ago may be missing.
 */
import type { Money } from "../../kernel/money.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { TargetDocument } from "../kit/target.ts";
import { readAmount } from "./amounts.ts";
import type { NetSuiteClient } from "./client.ts";
import { netsuiteErrors } from "./errors.ts";
import type { NetSuiteSettings } from "./settings.ts";
import { queryByKey, queryPage, quoted } from "./suiteql.ts";

/** SuiteQL's type → record type; the sign that makes its total positive. */
export const DOCUMENT_KINDS: Readonly<
  Record<string, { readonly type: string; readonly sign: 1n | -1n }>
> = {
  CustInvc: { type: "invoice", sign: 1n },
  CustCred: { type: "creditMemo", sign: -1n },
  CustPymt: { type: "customerPayment", sign: 1n },
  CustRfnd: { type: "customerRefund", sign: -1n },
};

/** For a list of SuiteQL. */
export const KINDS_LIST = Object.keys(DOCUMENT_KINDS).map(quoted).join(", ");

const COLUMNS =
  "id, externalid, type, tranid, TO_CHAR(trandate, 'YYYY-MM-DD') AS day, currency, foreigntotal";

/** Transactions, then customers, then items, each by rising internal id. */
export async function* netsuiteDocuments(
  client: NetSuiteClient,
  settings: NetSuiteSettings,
): AsyncGenerator<TargetDocument> {
  for await (const row of queryByKey(client, COLUMNS, "transaction", `type IN (${KINDS_LIST})`)) {
    yield transactionOf(row, settings);
  }
  for await (const row of queryByKey(client, "id, externalid, entityid", "customer", "1 = 1")) {
    yield masterOf("customer", row, "entityid");
  }
  for await (const row of queryByKey(client, "id, externalid, itemid", "item", "1 = 1")) {
    yield masterOf(settings.itemType, row, "itemid");
  }
}

export interface DayTotal {
  readonly type: string;
  readonly count: number;
  readonly total: Money;
}

/** Count and sum of each type and currency on one business day of their document date. */
export async function netsuiteTotals(
  client: NetSuiteClient,
  settings: NetSuiteSettings,
  day: string,
): Promise<readonly DayTotal[]> {
  const rows = await queryPage(
    client,
    "SELECT type, currency, COUNT(*) AS documents, SUM(foreigntotal) AS total FROM transaction " +
      `WHERE trandate = TO_DATE(${quoted(day)}, 'YYYY-MM-DD') AND type IN (${KINDS_LIST}) ` +
      "GROUP BY type, currency ORDER BY type, currency",
  );
  return rows.map((row) => {
    const kind = DOCUMENT_KINDS[textAt(row, "type") ?? ""];
    const total = amountOf(row, "total", settings, kind?.sign ?? 1n);
    if (kind === undefined || total === undefined) {
      const detail = `a row is not understood: ${JSON.stringify(row)}`;
      throw netsuiteErrors.E_NETSUITE_READ_FAILED({ what: `totals of ${day}`, detail });
    }
    return { type: kind.type, count: Number(textAt(row, "documents")), total };
  });
}

function transactionOf(row: JsonObject, settings: NetSuiteSettings): TargetDocument {
  const kind = DOCUMENT_KINDS[textAt(row, "type") ?? ""];
  return {
    type: kind?.type ?? "transaction",
    externalId: textAt(row, "id") ?? "",
    reference: textAt(row, "externalid"),
    number: textAt(row, "tranid"),
    amount: amountOf(row, "foreigntotal", settings, kind?.sign ?? 1n),
    date: textAt(row, "day"),
  };
}

function masterOf(type: string, row: JsonObject, name: string): TargetDocument {
  return {
    type,
    externalId: textAt(row, "id") ?? "",
    reference: textAt(row, "externalid"),
    number: textAt(row, name),
    amount: undefined,
    date: undefined,
  };
}

/** Undefined where the currency is none of ours, or the text no amount of it. */
export function amountOf(
  row: JsonObject,
  column: string,
  settings: NetSuiteSettings,
  sign: 1n | -1n,
): Money | undefined {
  const id = textAt(row, "currency");
  const code = Object.keys(settings.currencies).find((one) => settings.currencies[one]?.id === id);
  const text = textAt(row, column);
  if (code === undefined || text === undefined) return undefined;
  const value = readAmount(text, code);
  return value === undefined ? undefined : { ...value, minor: value.minor * sign };
}
