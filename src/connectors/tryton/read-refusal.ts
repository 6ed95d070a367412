/**
 * Tryton's errors, and the table of what we know in them. Under HTTP 200 the body has `error`:
 * `["UserError", [message, description, domain]]`, `["UserWarning", [name, message, description]]`,
 * `["ConcurrencyException", message]`, or the two texts of any other exception of Python.
 *
 * An error stops the call's transaction before its commit, so a known one says that this call did
 * nothing. What no rule matches is not known. Texts are of version 6.0, in English; all were
 * observed against a server, except those marked [source], which were read in its code.
 */
import type { AnswerHead } from "../kit/answers.ts";
import { jsonOf, objectOf, valueAt } from "../kit/answers.ts";
import type { TrytonCode } from "./errors.ts";

export interface TrytonError {
  /** `UserError`, `UserWarning`, `ConcurrencyException`; "" for any other exception. */
  readonly kind: string;
  /** A warning's name, by which it can be answered. */
  readonly name: string | undefined;
  readonly message: string;
}

/** The error of an answer; undefined when it holds none. */
export function readTrytonError(answer: AnswerHead): TrytonError | undefined {
  if (answer.status !== 200) return undefined;
  const error = valueAt(objectOf(jsonOf(answer)), "error");
  if (!Array.isArray(error)) return undefined;
  const [kind, told] = error;
  if (typeof kind !== "string") return undefined;
  if (kind === "ConcurrencyException" && typeof told === "string") {
    return { kind, name: undefined, message: told };
  }
  if (!Array.isArray(told)) return { kind: "", name: undefined, message: kind.trim() };
  const [first, second] = told;
  if (kind === "UserWarning" && typeof first === "string" && typeof second === "string") {
    return { kind, name: first, message: second };
  }
  if (kind !== "UserError" || typeof first !== "string") return undefined;
  return { kind, name: undefined, message: first };
}

export interface KnownRefusal {
  readonly code: TrytonCode;
  /** What cases with one remedy have in common. */
  readonly cause: string;
}

interface Rule {
  readonly kind: string;
  readonly code: TrytonCode;
  readonly text: RegExp;
  /** From what stands in the text's gaps. */
  readonly cause: (gaps: readonly string[]) => string;
}

/** A text of Tryton's with `…` where it puts names, dates and amounts. */
function says(...parts: readonly string[]): RegExp {
  const escaped = parts.join("").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", "(.*?)")}$`, "s");
}

const always = (cause: string) => () => cause;
const USER = "UserError";

/** First match wins. */
const RULES: readonly Rule[] = [
  {
    // After the server's own five retries; the sequence without gaps is locked till commit.
    kind: "",
    code: "E_TRYTON_LOCKED",
    text: says('could not obtain lock on row in relation "…"'),
    cause: always("lock"),
  },
  {
    // PostgreSQL under repeatable read.
    kind: "",
    code: "E_TRYTON_LOCKED",
    text: says("could not serialize access due to concurrent …"),
    cause: always("lock"),
  },
  {
    kind: "ConcurrencyException",
    code: "E_TRYTON_RECORD_CHANGED",
    text: says("Records were modified in the meanwhile"),
    cause: always("record changed"),
  },
  {
    // Two first postings of a journal in a month: each makes the journal's period, one is second.
    kind: USER,
    code: "E_TRYTON_RECORD_CHANGED",
    text: says("You can create only one journal per period."),
    cause: always("record changed"),
  },
  {
    // Says the same of a closed period and of none; which it is, we looked before.
    kind: USER,
    code: "E_TRYTON_PERIOD_REFUSED",
    text: says('To continue, you must create a period for the date "…".'),
    cause: always("the period of the document's date"),
  },
  {
    // [source]
    kind: USER,
    code: "E_TRYTON_PERIOD_REFUSED",
    text: says('To continue, you must create a fiscal year for the date "…".'),
    cause: always("the period of the document's date"),
  },
  {
    kind: USER,
    code: "E_TRYTON_PERIOD_REFUSED",
    text: says('You cannot create a journal-period in closed period "…".'),
    cause: ([period = ""]) => `period ${period}`,
  },
  {
    // A journal's own period, closed by itself or with its month; opening the month leaves it.
    kind: USER,
    code: "E_TRYTON_PERIOD_REFUSED",
    text: says('You cannot add/modify/delete lines on closed journal-period "…".'),
    cause: ([period = ""]) => `journal-period ${period}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_NUMBER_ORDER",
    text: says(
      'To number the invoice "…", you must set an accounting date after "…" ',
      'because the sequence "…" has already been used for invoice "…".',
    ),
    cause: ([, , sequence = ""]) => `dates before the last number of sequence ${sequence}`,
  },
  {
    // [source]
    kind: USER,
    code: "E_TRYTON_SEQUENCE_MISSING",
    text: says('To post invoice "…", you must define a sequence on fiscal year "…".'),
    cause: ([, year = ""]) => `sequence of fiscal year ${year}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_RATE_MISSING",
    text: says('No rate found for currency "…" on "…".'),
    cause: ([currency = ""]) => `rate of ${currency}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_VALUE_MISSING",
    text: says('A value is required for field "…" in "…".'),
    cause: ([field = "", model = ""]) => `${field} of ${model}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_VALUE_INVALID",
    text: says(
      'The number of digits in the value "…" for field "…" in "…" exceeds the limit of "…".',
    ),
    cause: ([, field = "", model = ""]) => `digits of ${field} of ${model}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_VALUE_INVALID",
    text: says('The value for field "…" in "…" is not valid according to its domain.'),
    cause: ([field = "", model = ""]) => `${field} of ${model}`,
  },
  {
    kind: USER,
    code: "E_TRYTON_VALUE_INVALID",
    text: says('The value "…" for field "…" in "…" is not one of the allowed options.'),
    cause: ([, field = "", model = ""]) => `${field} of ${model}`,
  },
  {
    // [source] Where the server has the library that knows numbers; sources take any text.
    kind: USER,
    code: "E_TRYTON_VALUE_INVALID",
    text: says('The phone number "…" for party "…" is not valid.'),
    cause: always("Phone of Party"),
  },
  {
    // [source] An account that is closed or takes no lines, or wants a party where none stands.
    kind: USER,
    code: "E_TRYTON_VALUE_INVALID",
    text: says('To create a line on account "…", you must ….'),
    cause: ([account = ""]) => `account ${account}`,
  },
  {
    // Ours through an earlier request, or another's under the same code: only a look tells.
    kind: USER,
    code: "E_TRYTON_CODE_TAKEN",
    text: says("The code on party must be unique."),
    cause: always("party code"),
  },
  {
    kind: USER,
    code: "E_TRYTON_NOT_BALANCED",
    text: says('To post move "…", you must balance all its lines debits and credits.'),
    cause: always("debits and credits"),
  },
  {
    kind: USER,
    code: "E_TRYTON_ALREADY_SETTLED",
    text: says('You cannot add/remove payment lines on paid invoice "…".'),
    cause: always("an invoice that is paid"),
  },
  {
    kind: USER,
    code: "E_TRYTON_ALREADY_SETTLED",
    text: says('Payment lines amount on invoice "…" can not be greater than the invoice amount.'),
    cause: always("more than an invoice's amount"),
  },
  {
    kind: USER,
    code: "E_TRYTON_POSTED_ALREADY",
    text: says('You cannot modify posted move "…".'),
    cause: always("posted"),
  },
  {
    kind: USER,
    code: "E_TRYTON_POSTED_ALREADY",
    text: says('You cannot modify invoice "…" because it is posted, paid or cancelled.'),
    cause: always("posted"),
  },
  {
    // [source]
    kind: USER,
    code: "E_TRYTON_PERMISSION",
    text: says('You are not allowed to access "…".'),
    cause: ([what = ""]) => what,
  },
];

/** What an error means; undefined when it is not known. */
export function recogniseError(error: TrytonError): KnownRefusal | undefined {
  for (const rule of RULES) {
    if (rule.kind !== error.kind) continue;
    const match = rule.text.exec(error.message);
    if (match !== null) return { code: rule.code, cause: rule.cause(match.slice(1)) };
  }
  return undefined;
}
