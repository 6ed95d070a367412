import { describe, expect, test } from "vitest";
import type { Json } from "../../kernel/strict-json.ts";
import type { Answer } from "../kit/target.ts";
import { classifyAnswer } from "./classify.ts";
import { STEP_HEADER } from "./session.ts";

function said(step: string, error: Json, status = 200): Answer {
  const body = JSON.stringify({ id: 1, error });
  return { kind: "answer", status, headers: { [STEP_HEADER]: step }, body };
}

const userError = (message: string): Json => ["UserError", [message, "", null]];

/** Texts as a Tryton 6.0 server gave them. */
const REFUSED: readonly (readonly [code: string, cause: string, message: string])[] = [
  [
    "E_TRYTON_PERIOD_REFUSED",
    "the period of the document's date",
    'To continue, you must create a period for the date "01/10/2026".',
  ],
  [
    "E_TRYTON_PERIOD_REFUSED",
    "period 2026-01",
    'You cannot create a journal-period in closed period "2026-01".',
  ],
  [
    "E_TRYTON_NUMBER_ORDER",
    "dates before the last number of sequence 2026",
    'To number the invoice "[abc]", you must set an accounting date after "11/15/2026" ' +
      'because the sequence "2026" has already been used for invoice "3 [in_1]".',
  ],
  ["E_TRYTON_RATE_MISSING", "rate of Pound", 'No rate found for currency "Pound" on "10/25/2026".'],
  [
    "E_TRYTON_VALUE_MISSING",
    "Account of Invoice",
    'A value is required for field "Account" in "Invoice".',
  ],
  [
    "E_TRYTON_VALUE_INVALID",
    "Phone of Party",
    'The phone number "030 1234" for party "Ada Ltd [cus]" is not valid.',
  ],
  [
    "E_TRYTON_NOT_BALANCED",
    "debits and credits",
    'To post move "6", you must balance all its lines debits and credits.',
  ],
  [
    "E_TRYTON_ALREADY_SETTLED",
    "an invoice that is paid",
    'You cannot add/remove payment lines on paid invoice "INV-77 [abcdefgh12345678]".',
  ],
];

describe("a refusal that is known, before the effect or instead of it", () => {
  test.each(REFUSED)("%s: %s", (code, cause, message) => {
    for (const step of ["create", "post"]) {
      const outcome = classifyAnswer(said(step, userError(message)));
      expect(outcome).toMatchObject({ class: "refused", code, cause, message });
    }
  });

  test("equal faults of different documents have one cause", () => {
    const order = (invoice: string, date: string) =>
      classifyAnswer(
        said(
          "post",
          userError(
            `To number the invoice "${invoice}", you must set an accounting date after "${date}" because the sequence "2026" has already been used for invoice "${invoice} x".`,
          ),
        ),
      );
    const [a, b] = [order("[a]", "01/02/2026"), order("[b]", "01/03/2026")];
    expect("cause" in a && a.cause).toBe("cause" in b && b.cause);
  });

  test("one that follows the posting refuses nothing that stands", () => {
    const paid = 'You cannot add/remove payment lines on paid invoice "1".';
    expect(classifyAnswer(said("settle", userError(paid))).class).toBe("unknown");
  });
});

describe("not now", () => {
  test("a lock that another posting holds", () => {
    const error = ['could not obtain lock on row in relation "ir_sequence_strict"\n', ""];
    const outcome = classifyAnswer(said("post", error));
    expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_LOCKED", pauses: "handoff" });
  });

  test("a record that another changed", () => {
    const error = ["ConcurrencyException", "Records were modified in the meanwhile"];
    const outcome = classifyAnswer(said("post", error));
    expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_RECORD_CHANGED" });
  });

  test("a journal's period that another posting has just made", () => {
    const error = userError("You can create only one journal per period.");
    for (const step of ["create", "post"]) {
      const outcome = classifyAnswer(said(step, error));
      expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_RECORD_CHANGED" });
    }
  });

  test("no login: wrong password, or too many, for the whole connection", () => {
    const at = (status: number): Answer => ({
      kind: "answer",
      status,
      headers: { [STEP_HEADER]: "login" },
      body: "<html>",
    });
    const wrong = classifyAnswer(at(401));
    expect(wrong).toMatchObject({ class: "later", code: "E_TRYTON_SIGN_IN", pauses: "budget" });
    const limit = classifyAnswer(at(429));
    expect(limit).toMatchObject({ class: "later", code: "E_TRYTON_LOGIN_LIMIT", pauses: "budget" });
    // Tryton counts over five minutes, and counts a refused try too.
    expect(limit.class === "later" && limit.afterMs).toBeGreaterThan(300_000);
  });

  test.each([502, 503])("no login for the server was down (%i): tried again soon", (status) => {
    const headers = { [STEP_HEADER]: "login" };
    const down = classifyAnswer({ kind: "answer", status, headers, body: "<html>" });
    expect(down).toMatchObject({ class: "later", code: "E_TRYTON_NOT_SENT", pauses: "budget" });
    // An outage ends by itself, and then nothing should rest for a minute more.
    expect(down.class === "later" && down.afterMs).toBeLessThanOrEqual(5000);
  });

  test("an error nobody has listed, told to a look: nothing was created", () => {
    const outcome = classifyAnswer(said("look", ["relation does not exist", ""]));
    expect(outcome).toMatchObject({ class: "later", code: "E_TRYTON_LOOK_FAILED" });
  });
});

describe("unknown", () => {
  test.each<[string, Answer]>([
    ["an exception nobody has listed", said("post", ["division by zero", ""])],
    ["a user's error nobody has listed", said("post", userError("Please call your bank."))],
    ["a warning nobody has listed", said("post", ["UserWarning", ["x_1", "Sure?", ""]])],
    ["a known text under another kind", said("post", [REFUSED[0]?.[2] ?? "", ""])],
    ["a known text with more around it", said("post", userError(`${REFUSED[0]?.[2]} Or not.`))],
    ["posted by another meanwhile", said("post", userError('You cannot modify posted move "5".'))],
    ["a server error", said("post", [], 500)],
  ])("%s", (_name, answer) => {
    expect(classifyAnswer(answer).class).toBe("unknown");
  });

  test("an error without its step is none of ours", () => {
    const answer = said("post", userError(REFUSED[0]?.[2] ?? ""));
    const bare = answer.kind === "answer" ? { ...answer, headers: {} } : answer;
    expect(classifyAnswer(bare).class).toBe("unknown");
  });
});

describe("done", () => {
  const read = (result: Json, step = "read"): Answer => ({
    kind: "answer",
    status: 200,
    headers: { [STEP_HEADER]: step },
    body: JSON.stringify({ id: 1, result }),
  });

  test("one posted record at the script's end, with its number", () => {
    const row = { id: 7, state: "paid", number: "A-1" };
    const done = { class: "done", externalId: "7", number: "A-1" };
    expect(classifyAnswer(read([row]))).toEqual(done);
    const move = { id: 7, state: "posted", number: "3", post_number: "12" };
    expect(classifyAnswer(read([move]))).toEqual({ ...done, number: "12" });
  });

  test("a master record has no state", () => {
    const outcome = classifyAnswer(read([{ id: 7, code: "abc", active: 1 }]));
    expect(outcome).toEqual({ class: "done", externalId: "7" });
  });

  test.each<[string, Answer]>([
    ["a draft", read([{ id: 7, state: "draft", number: null }])],
    ["nothing", read([])],
    ["two", read([{ id: 7 }, { id: 8 }])],
    ["no number of a record", read([{ id: 0 }])],
    ["the same reading at another step", read([{ id: 7, state: "posted" }], "post")],
  ])("not %s", (_name, answer) => {
    expect(classifyAnswer(answer).class).toBe("unknown");
  });
});

test("a finding refuses under its own code", () => {
  const finding = {
    finding: "E_TRYTON_PERIOD_CLOSED",
    cause: "period 2026-01",
    details: { period: "2026-01", date: "2026-01-10" },
  };
  const body = JSON.stringify(finding);
  const answer: Answer = { kind: "answer", status: 200, headers: { [STEP_HEADER]: "check" }, body };
  expect(classifyAnswer(answer)).toEqual({
    class: "refused",
    code: "E_TRYTON_PERIOD_CLOSED",
    cause: "period 2026-01",
    message: "Accounting period 2026-01 is closed; 2026-01-10 lies in it.",
  });
});
