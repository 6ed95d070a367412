/**
 * What exists in NetSuite under a reference, and whether it is what we meant. The same function
 * serves doubt (was it done?) and read-back (was it done as meant?).
 */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { decimalAt, jsonOf, listAt, objectOf, textAt, valueAt } from "../kit/answers.ts";
import type { Answer, Difference, PreparedCall, ProbeResult } from "../kit/target.ts";
import type { NetSuiteClient } from "./client.ts";
import { appliedLine, compareRecord } from "./compare-record.ts";
import type { NetSuiteCode } from "./errors.ts";
import { netsuiteErrors } from "./errors.ts";
import { RECORD_ROOT } from "./operations.ts";
import { readRefusal } from "./read-refusal.ts";

const EXPAND = "?expandSubResources=true";

export interface Prober {
  /** A record by our reference. */
  byReference(
    recordType: string,
    reference: string,
    sent: PreparedCall,
    tooLate?: TooLate,
  ): Promise<ProbeResult>;
  /** A line of a payment's `apply`, at the address the call went to. */
  application(sent: PreparedCall, tooLate?: TooLate): Promise<ProbeResult>;
}

/** As `NetSuiteClient.send` asks it. */
type TooLate = () => boolean;

/** Puts one question; what it is asked by. */
type Ask = (call: PreparedCall) => Promise<Answer>;

export function netsuiteProber(client: NetSuiteClient): Prober {
  const periods = new PeriodReader();
  const within =
    (tooLate: TooLate | undefined): Ask =>
    (call) =>
      client.send(call, tooLate);
  return {
    async byReference(recordType, reference, sent, tooLate) {
      const ask = within(tooLate);
      const read = await readRecord(ask, `${RECORD_ROOT}/${recordType}/eid:${reference}`);
      if ("kind" in read) return read;
      const theirs = read.record;
      const ours = objectOf(sent.body) ?? {};
      const id = idOf(theirs);
      if (id === undefined) return failed("E_NETSUITE_ANSWER_UNKNOWN", 200, "no internal id");
      if (isCut(ours, theirs)) return failed("E_NETSUITE_ANSWER_UNKNOWN", 200, "sublist is cut");
      const period = await periods.compare(ask, ours, theirs);
      if ("kind" in period) return period;
      const differences = [
        ...sameReference(reference, theirs),
        ...compareRecord(ours, theirs),
        ...period,
      ];
      return { kind: "found", externalId: id, ...numberOf(theirs), differences };
    },
    application: (sent, tooLate) => probeApplication(within(tooLate), sent),
  };
}

async function probeApplication(ask: Ask, sent: PreparedCall): Promise<ProbeResult> {
  const read = await readRecord(ask, sent.path);
  if ("kind" in read) return read;
  const ours = listAt(sent.body, "apply", "items")?.[0];
  const id = idOf(read.record);
  const line = appliedLine(read.record, textAt(ours, "doc", "id") ?? "");
  if (isCut({ apply: null }, read.record) || id === undefined) {
    return failed("E_NETSUITE_ANSWER_UNKNOWN", 200, "the payment cannot be read whole");
  }
  if (line === undefined) return { kind: "absent" };
  const differences = compareRecord(objectOf(sent.body) ?? {}, read.record);
  return { kind: "found", externalId: id, ...numberOf(read.record), differences };
}

type Read = { readonly record: JsonObject } | Extract<ProbeResult, { kind: "absent" | "failed" }>;

async function readRecord(ask: Ask, path: string): Promise<Read> {
  const call = { method: "GET", path: path + EXPAND, headers: { accept: "application/json" } };
  const answer = await ask(call);
  if (answer.kind !== "answer") return failed("E_NETSUITE_NO_ANSWER", 0, answer.reason);
  if (answer.status === 200) {
    const record = objectOf(jsonOf(answer));
    return record === undefined
      ? failed("E_NETSUITE_ANSWER_UNKNOWN", 200, "no record")
      : { record };
  }
  const details = readRefusal(answer) ?? [];
  // A 404 of anything before NetSuite (a gateway, a wrong address) proves no absence.
  if (answer.status === 404 && details[0]?.code === "NONEXISTENT_ID") return { kind: "absent" };
  const text = details.map((one) => `${one.code}: ${one.text}`).join(" ");
  return failed("E_NETSUITE_ANSWER_UNKNOWN", answer.status, text);
}

function failed(
  code: NetSuiteCode,
  status: number,
  detail: string,
): Extract<ProbeResult, { kind: "failed" }> {
  const { message } = netsuiteErrors[code]({ status, detail, reason: detail });
  return { kind: "failed", code, message };
}

function idOf(record: Json): string | undefined {
  const id = textAt(record, "id") ?? decimalAt(record, "id");
  return id !== undefined && /^[1-9]\d{0,17}$/.test(id) ? id : undefined;
}

function numberOf(record: Json): { readonly number?: string } {
  const number = textAt(record, "tranId");
  return number === undefined || number === "" ? {} : { number };
}

function sameReference(reference: string, theirs: JsonObject): Difference[] {
  const there = textAt(theirs, "externalId") ?? "(missing)";
  return there === reference ? [] : [{ field: "externalId", ours: reference, theirs: there }];
}

/** A sublist of which NetSuite sent a part only compares to nothing. */
function isCut(ours: JsonObject, theirs: JsonObject): boolean {
  return Object.keys(ours).some((name) => valueAt(theirs, name, "hasMore") === true);
}

/**
 * The posting period, which we leave to NetSuite and read back: under the preference "Allow
 * Transaction Date Outside of the Posting Period" it moves a document silently into the first open
 * month (F5). A period's days do not change, so they are read once.
 */
class PeriodReader {
  readonly #known = new Map<string, { name: string; start: string; end: string }>();

  async compare(
    ask: Ask,
    ours: JsonObject,
    theirs: JsonObject,
  ): Promise<readonly Difference[] | Extract<ProbeResult, { kind: "failed" }>> {
    const date = textAt(ours, "tranDate");
    if (date === undefined) return [];
    const mine = `the period of ${date}`;
    const id = textAt(theirs, "postingPeriod", "id");
    if (id === undefined) return [{ field: "postingPeriod", ours: mine, theirs: "(missing)" }];
    const period = this.#known.get(id) ?? (await this.#read(ask, id));
    if (period === undefined) {
      return failed("E_NETSUITE_ANSWER_UNKNOWN", 0, `accounting period ${id} cannot be read`);
    }
    if (period.start <= date && date <= period.end) return [];
    return [{ field: "postingPeriod", ours: mine, theirs: period.name }];
  }

  async #read(
    ask: Ask,
    id: string,
  ): Promise<{ name: string; start: string; end: string } | undefined> {
    const read = await readRecord(ask, `${RECORD_ROOT}/accountingPeriod/${id}`);
    if ("kind" in read) return undefined;
    const start = textAt(read.record, "startDate");
    const end = textAt(read.record, "endDate");
    if (start === undefined || end === undefined) return undefined;
    const period = { name: textAt(read.record, "periodName") ?? id, start, end };
    this.#known.set(id, period);
    return period;
  }
}
