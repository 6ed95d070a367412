/**
 * NetSuite's error envelope, and the table of what we know in it.
 *
 * `o:errorCode` separates little: USER_ERROR stands for a duplicate, an inactive record, a closed
 * period, a workflow's lock and a missing permission alike. Only the text of `detail` tells them
 * apart, so each rule names statuses, codes and a text. What no rule matches is not known, and a
 * case for a person: treating any error as "period closed" has moved invoices between months.
 *
 * Marks: [doc] vendor's guide, "Error Handling in REST Web Services" and "SOAP Status Codes";
 * [obs] seen by third parties on live accounts; [mem] not confirmed.
 */
import type { AnswerHead } from "../kit/answers.ts";
import { jsonOf, listAt, textAt } from "../kit/answers.ts";
import type { NetSuiteCode } from "./errors.ts";

export interface RefusalDetail {
  readonly code: string;
  /** Without the prefix that REST puts before texts of the application. */
  readonly text: string;
  readonly path: string | undefined;
}

const PREFIX = "Error while accessing a resource. ";

/** The details of an error envelope; undefined when the body is not one. */
export function readRefusal(answer: AnswerHead): readonly RefusalDetail[] | undefined {
  const list = listAt(jsonOf(answer), "o:errorDetails");
  if (list === undefined || list.length === 0) return undefined;
  const details: RefusalDetail[] = [];
  for (const entry of list) {
    const code = textAt(entry, "o:errorCode");
    const detail = textAt(entry, "detail");
    if (code === undefined || detail === undefined) return undefined;
    const text = detail.startsWith(PREFIX) ? detail.slice(PREFIX.length) : detail;
    details.push({ code, text: text.trim(), path: textAt(entry, "o:errorPath") });
  }
  return details;
}

export interface KnownRefusal {
  readonly code: NetSuiteCode;
  /** What cases with one remedy have in common. */
  readonly cause: string;
  readonly message: string;
}

interface Rule {
  readonly code: NetSuiteCode;
  readonly status: readonly number[];
  /** Any of these; absent: any code. */
  readonly codes?: readonly string[];
  readonly text?: RegExp;
  /** From the groups of `text`. Fixed where it is a text. */
  readonly cause: string | ((groups: readonly string[], detail: RefusalDetail) => string);
}

const USER = ["USER_ERROR"];

const PERIOD_CLOSED =
  /^The transaction date you specified is not within the date range of your accounting period\.?$/;
const PERMISSION =
  /^(?:Your current role does not have permission to perform this action\.$|Permission Violation:)/;

/** First match wins. */
const RULES: readonly Rule[] = [
  {
    // [doc] REST answers 429; WS_REQUEST_BLOCKED is SOAP's name of it, kept for gateways [mem].
    code: "E_NETSUITE_CONCURRENCY",
    status: [429],
    codes: ["CONCURRENCY_LIMIT_EXCEEDED", "SSS_REQUEST_LIMIT_EXCEEDED", "WS_REQUEST_BLOCKED"],
    cause: "concurrency",
  },
  {
    code: "E_NETSUITE_SIGN_IN",
    status: [401],
    cause: (_groups, detail) => detail.code,
  },
  {
    // [obs] SOAP text; REST puts its prefix before it. Exactly this text, nothing like it.
    code: "E_NETSUITE_PERIOD_CLOSED",
    status: [400],
    codes: USER,
    text: PERIOD_CLOSED,
    cause: "accounting period of the document's date",
  },
  {
    // [doc] SOAP status codes; in REST [mem].
    code: "E_NETSUITE_PERIOD_CLOSED",
    status: [400],
    codes: ["TRAN_PERIOD_CLOSED", "TRAN_PRD_CLOSED"],
    cause: "accounting period of the document's date",
  },
  {
    // [obs] One text for what does not exist, is inactive, or belongs to another subsidiary; under
    // USER_ERROR on live accounts, under INVALID_CONTENT in the vendor's page.
    code: "E_NETSUITE_REFERENCE_INVALID",
    status: [400],
    codes: [...USER, "INVALID_CONTENT"],
    text: /^You have entered an Invalid Field Value (\S+) for the following field: ([\w .]+?)\.?$/,
    cause: ([value = "", field = ""]) => `${field} ${value}`,
  },
  {
    // [obs] The text of SOAP's INVALID_KEY_OR_REF.
    code: "E_NETSUITE_REFERENCE_INVALID",
    status: [400],
    codes: [...USER, "INVALID_KEY_OR_REF"],
    text: /^Invalid ([\w ]+?) reference key (\S+?)(?: for \w+ \S+?)?\.?$/,
    cause: ([field = "", value = ""]) => `${field} ${value}`,
  },
  {
    code: "E_NETSUITE_RECORD_LOCKED",
    status: [400],
    codes: [...USER, "RCRD_LOCKED_BY_WF"],
    text: /^This record has been locked by a user defined workflow\.?$/,
    cause: "locked by a workflow",
  },
  {
    code: "E_NETSUITE_PERMISSION",
    status: [400, 403],
    codes: [...USER, "INSUFFICIENT_PERMISSION"],
    text: PERMISSION,
    cause: (_groups, detail) => detail.text.replace(/\.$/, ""),
  },
  {
    code: "E_NETSUITE_VALUE_MISSING",
    status: [400],
    codes: USER,
    text: /^(?:You must enter a value for|Please enter value\(s\) for:) (.+?)\.?$/,
    cause: ([field = ""]) => field,
  },
  {
    // Ours through an earlier request, or another tool's under the same name: only a look tells.
    code: "E_NETSUITE_ENTITY_EXISTS",
    status: [400],
    codes: [...USER, "DUP_ENTITY", "DUP_RCRD"],
    text: /already exists\.?$/,
    cause: "exists",
  },
  {
    // [doc] SOAP RCRD_HAS_BEEN_CHANGED; REST text [mem].
    code: "E_NETSUITE_RECORD_CHANGED",
    status: [400, 409],
    codes: [...USER, "RCRD_HAS_BEEN_CHANGED"],
    text: /^Record has been changed\.?$/,
    cause: "record changed",
  },
  {
    // [doc] INVALID_CONTENT; [obs] INVALID_PARAMETER. Both are said before anything is saved.
    code: "E_NETSUITE_FIELD_INVALID",
    status: [400],
    codes: ["INVALID_CONTENT", "INVALID_PARAMETER"],
    cause: (_groups, detail) => fieldOf(detail),
  },
  {
    code: "E_NETSUITE_RECORD_MISSING",
    status: [404],
    codes: ["NONEXISTENT_ID"],
    cause: "record does not exist",
  },
  {
    // [obs] An internal id of another transaction type.
    code: "E_NETSUITE_RECORD_MISSING",
    status: [400],
    codes: USER,
    text: /^Transaction type specified is incorrect\.?$/,
    cause: "another transaction type",
  },
];

/** What a refusal means when all of its details are known to us; undefined otherwise. */
export function recogniseRefusal(
  status: number,
  details: readonly RefusalDetail[],
): KnownRefusal | undefined {
  const known: KnownRefusal[] = [];
  for (const detail of details) {
    const one = recogniseDetail(status, detail);
    if (one === undefined) return undefined;
    known.push(one);
  }
  const first = known[0];
  if (first === undefined) return undefined;
  return { ...first, message: known.map((one) => one.message).join(" ") };
}

function recogniseDetail(status: number, detail: RefusalDetail): KnownRefusal | undefined {
  for (const rule of RULES) {
    if (!rule.status.includes(status)) continue;
    if (rule.codes !== undefined && !rule.codes.includes(detail.code)) continue;
    const match = rule.text === undefined ? [] : rule.text.exec(detail.text);
    if (match === null) continue;
    const groups = match.slice(1);
    const cause = typeof rule.cause === "string" ? rule.cause : rule.cause(groups, detail);
    return { code: rule.code, cause, message: detail.text };
  }
  return undefined;
}

/** The field at fault without line numbers: equal faults in many documents are one cause. */
function fieldOf(detail: RefusalDetail): string {
  if (detail.path !== undefined) return detail.path.replace(/\[\d+\]/g, "[]");
  return detail.text.replace(/\d+/g, "#").slice(0, 120);
}
