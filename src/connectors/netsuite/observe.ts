/**
 * NetSuite watched: its transactions by their time of change, by day, and one by one.
 *
 * Quirks besides those in `documents.ts`: a direct void leaves the transaction, its amounts zero
 * and `voided` = 'T'; `posting` = 'F' is what is not approved yet; a payment that is set against an
 * invoice changes the invoice's time too, and leaves no system note on it.
 */
import { epochMs } from "../../kernel/clock.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import { unconfirmed } from "../kit/guards.ts";
import type { DayRange, DocumentTotal, Meant, ObservedDocument } from "../kit/observe.ts";
import type { Observer, PreparedCall, ProbeResult } from "../kit/target.ts";
import { localSince, readLocal } from "./account-time.ts";
import type { NetSuiteClient } from "./client.ts";
import { amountOf, DOCUMENT_KINDS, KINDS_LIST } from "./documents.ts";
import { netsuiteErrors } from "./errors.ts";
import { isOperation, recordTypeOf } from "./operations.ts";
import type { Prober } from "./probe.ts";
import type { NetSuiteSettings } from "./settings.ts";
import { PAGE_ROWS, queryByKey, queryPage, quoted } from "./suiteql.ts";
import { withWho } from "./who-changed.ts";

/** How long SuiteQL lags is not documented; a minute is more than anybody reports. */
const LAG_MS = unconfirmed(60_000);

const STAMP = "'YYYY-MM-DD HH24:MI:SS'";
const COLUMNS = [
  "id, externalid, type, tranid, TO_CHAR(trandate, 'YYYY-MM-DD') AS day, currency, foreigntotal",
  `entity, voided, posting, TO_CHAR(createddate, ${STAMP}) AS created`,
  `TO_CHAR(lastmodifieddate, ${STAMP}) AS changed`,
].join(", ");
/** Rows are read in pages of 1,000; who changed them is asked for so many at a time. */
const PIECE = 200;

/** Undefined where the settings do not ask for it. */
export function netsuiteObserver(
  client: NetSuiteClient,
  prober: Prober,
  settings: NetSuiteSettings,
): Observer | undefined {
  const { observe } = settings;
  if (observe === undefined) return undefined;
  const zone = observe.timeZone;
  const list = (where: string): AsyncIterable<ObservedDocument> =>
    listed(client, settings, zone, `type IN (${KINDS_LIST}) AND ${where}`);
  return {
    documents: {
      "invoice.post": "invoice",
      "invoice.void": "creditMemo",
      "credit-memo.post": "creditMemo",
      "payment.post": "customerPayment",
      "refund.post": "customerRefund",
    },
    owns: observe.owns,
    ourUser: observe.ourUser,
    lagMs: observe.lagMs ?? LAG_MS,
    changedSince(since, overlapMs) {
      const from = quoted(localSince(epochMs(since) - overlapMs, zone));
      return list(`lastmodifieddate >= TO_DATE(${from}, ${STAMP})`);
    },
    totalsPerDay: (range) => totals(client, settings, range),
    documentsOf: (day) => list(`trandate = TO_DATE(${quoted(day)}, 'YYYY-MM-DD')`),
    read: (type, ids) => list(`type = ${quoted(kindOf(type))} AND id IN (${ids.join(", ")})`),
    meant: (_operation, sent) => meantBy(sent),
    compare: (operation, reference, sent) =>
      compareWhole(prober, settings, operation, reference, sent),
  };
}

function kindOf(type: string): string {
  const kinds = Object.entries(DOCUMENT_KINDS);
  return kinds.find(([, kind]) => kind.type === type)?.[0] ?? type;
}

async function* listed(
  client: NetSuiteClient,
  settings: NetSuiteSettings,
  zone: string,
  where: string,
): AsyncGenerator<ObservedDocument> {
  let piece: ObservedDocument[] = [];
  for await (const row of queryByKey(client, COLUMNS, "transaction", where)) {
    piece.push(observed(row, settings, zone));
    if (piece.length < PIECE) continue;
    yield* await withWho(client, piece, zone);
    piece = [];
  }
  if (piece.length > 0) yield* await withWho(client, piece, zone);
}

function observed(row: JsonObject, settings: NetSuiteSettings, zone: string): ObservedDocument {
  const kind = DOCUMENT_KINDS[textAt(row, "type") ?? ""];
  const changedAt = readLocal(textAt(row, "changed") ?? "", zone);
  const externalId = textAt(row, "id");
  if (kind === undefined || changedAt === undefined || externalId === undefined) {
    const detail = `a row is not understood: ${JSON.stringify(row)}`;
    throw netsuiteErrors.E_NETSUITE_READ_FAILED({ what: "changed transactions", detail });
  }
  return {
    type: kind.type,
    externalId,
    reference: textAt(row, "externalid"),
    number: textAt(row, "tranid"),
    state: stateOf(row),
    amount: amountOf(row, "foreigntotal", settings, kind.sign),
    date: textAt(row, "day"),
    counterparty: textAt(row, "entity"),
    createdAt: readLocal(textAt(row, "created") ?? "", zone),
    changedAt,
  };
}

function stateOf(row: JsonObject): ObservedDocument["state"] {
  if (textAt(row, "voided") === "T") return "cancelled";
  return textAt(row, "posting") === "F" ? "draft" : "live";
}

/** A result of groups has no key to page along, so a range that fills a page is halved. */
async function* totals(
  client: NetSuiteClient,
  settings: NetSuiteSettings,
  range: DayRange,
): AsyncGenerator<DocumentTotal> {
  const day = "TO_CHAR(trandate, 'YYYY-MM-DD')";
  const rows = await queryPage(
    client,
    `SELECT ${day} AS day, type, currency, COUNT(*) AS documents, SUM(foreigntotal) AS total ` +
      `FROM transaction WHERE type IN (${KINDS_LIST}) AND voided = 'F' AND posting = 'T' ` +
      `AND trandate BETWEEN TO_DATE(${quoted(range.from)}, 'YYYY-MM-DD') ` +
      `AND TO_DATE(${quoted(range.to)}, 'YYYY-MM-DD') ` +
      `GROUP BY ${day}, type, currency ORDER BY day, type, currency`,
  );
  const middle = middleOf(range);
  if (rows.length >= PAGE_ROWS && middle !== undefined) {
    yield* totals(client, settings, { from: range.from, to: middle.before });
    yield* totals(client, settings, { from: middle.after, to: range.to });
    return;
  }
  for (const row of rows) {
    const kind = DOCUMENT_KINDS[textAt(row, "type") ?? ""];
    if (kind === undefined) continue;
    const total = amountOf(row, "total", settings, kind.sign);
    yield {
      day: textAt(row, "day") ?? "",
      type: kind.type,
      currency: total?.currency,
      count: Number(textAt(row, "documents")),
      minor: total?.minor ?? 0n,
    };
  }
}

const DAY_MS = 86_400_000;

function middleOf({ from, to }: DayRange): { before: string; after: string } | undefined {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const days = Math.floor((end - start) / DAY_MS);
  if (days < 1) return undefined;
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const half = start + Math.floor(days / 2) * DAY_MS;
  return { before: dayOf(half), after: dayOf(half + DAY_MS) };
}

function meantBy(sent: PreparedCall): Meant {
  const { body } = sent;
  if (body === undefined) return {};
  return {
    date: textAt(body, "tranDate"),
    counterparty: textAt(body, "entity", "id") ?? textAt(body, "customer", "id"),
  };
}

/** What a payment is set against changes by later operations of ours, and is left out. */
async function compareWhole(
  prober: Prober,
  settings: NetSuiteSettings,
  operation: string,
  reference: string,
  sent: PreparedCall,
): Promise<ProbeResult> {
  if (!isOperation(operation)) throw netsuiteErrors.E_NETSUITE_OPERATION_UNKNOWN({ operation });
  const result = await prober.byReference(recordTypeOf(operation, settings), reference, sent);
  if (result.kind !== "found") return result;
  const differences = result.differences.filter(({ field }) => !field.startsWith("apply."));
  return { ...result, differences };
}
