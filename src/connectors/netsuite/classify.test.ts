import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answer } from "../kit/target.ts";
import { classifyAnswer, idFromLocation } from "./classify.ts";

const NOW = Date.UTC(2026, 0, 31);
const W3 = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html";

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "answer", status, headers, body: text };
}

function refusal(status: number, code: string, detail: string, path?: string): Answer {
  return answer(status, {
    type: W3,
    title: "Bad Request",
    status,
    "o:errorDetails": [
      { detail, "o:errorCode": code, ...(path === undefined ? {} : { "o:errorPath": path }) },
    ],
  });
}

const CLOSED =
  "The transaction date you specified is not within the date range of your accounting period.";
const ACCESS = "Error while accessing a resource. ";
const classify = (one: Answer) => classifyAnswer("invoice", one, NOW);

/** Answers seen on live accounts by third parties, and those the vendor documents. */
const REFUSED: readonly (readonly [string, Answer, string, string])[] = [
  [
    "inactive, missing or of another subsidiary",
    refusal(
      400,
      "USER_ERROR",
      `${ACCESS}You have entered an Invalid Field Value 53384 for the following field: customer.`,
      "expense.items[2]",
    ),
    "E_NETSUITE_REFERENCE_INVALID",
    "customer 53384",
  ],
  [
    "the same under the code of the vendor's page",
    refusal(
      400,
      "INVALID_CONTENT",
      "You have entered an Invalid Field Value 88 for the following field: item.",
      "item.items[2].item",
    ),
    "E_NETSUITE_REFERENCE_INVALID",
    "item 88",
  ],
  [
    "an envelope without a type",
    answer(400, {
      "o:errorDetails": [
        {
          "o:errorCode": "USER_ERROR",
          detail: `${ACCESS}This record has been locked by a user defined workflow.`,
        },
      ],
    }),
    "E_NETSUITE_RECORD_LOCKED",
    "locked by a workflow",
  ],
  [
    "a required value is missing",
    refusal(400, "USER_ERROR", `${ACCESS}You must enter a value for Company Name.`),
    "E_NETSUITE_VALUE_MISSING",
    "Company Name",
  ],
  [
    "several required values",
    refusal(400, "USER_ERROR", `${ACCESS}Please enter value(s) for: Item, Amount`),
    "E_NETSUITE_VALUE_MISSING",
    "Item, Amount",
  ],
  [
    "permission",
    refusal(
      400,
      "USER_ERROR",
      "Your current role does not have permission to perform this action.",
    ),
    "E_NETSUITE_PERMISSION",
    "Your current role does not have permission to perform this action",
  ],
  [
    "closed period",
    refusal(400, "USER_ERROR", ACCESS + CLOSED),
    "E_NETSUITE_PERIOD_CLOSED",
    "accounting period of the document's date",
  ],
  [
    "closed period by code",
    refusal(400, "TRAN_PRD_CLOSED", "The period is closed."),
    "E_NETSUITE_PERIOD_CLOSED",
    "accounting period of the document's date",
  ],
  [
    "reference key",
    refusal(400, "USER_ERROR", `${ACCESS}Invalid item reference key 77 for subsidiary 2.`),
    "E_NETSUITE_REFERENCE_INVALID",
    "item 77",
  ],
  [
    "unknown field, wherever in the document",
    refusal(400, "INVALID_CONTENT", "Invalid property name 'colour'.", "item.items[14].colour"),
    "E_NETSUITE_FIELD_INVALID",
    "item.items[].colour",
  ],
  [
    "no such record",
    refusal(404, "NONEXISTENT_ID", "The record instance does not exist."),
    "E_NETSUITE_RECORD_MISSING",
    "record does not exist",
  ],
];

describe("a definite refusal", () => {
  test.each(REFUSED)("%s", (_name, one, code, cause) => {
    expect(classify(one)).toMatchObject({ class: "refused", code, cause });
  });

  test("several known details are one refusal with all their texts", () => {
    const both = answer(400, {
      "o:errorDetails": [
        { detail: "Bad a", "o:errorCode": "INVALID_CONTENT", "o:errorPath": "a" },
        { detail: "Bad b", "o:errorCode": "INVALID_CONTENT", "o:errorPath": "b" },
      ],
    });
    expect(classify(both)).toMatchObject({ class: "refused", cause: "a", message: "Bad a Bad b" });
  });
});

describe("later", () => {
  const busy = refusal(
    429,
    "CONCURRENCY_LIMIT_EXCEEDED",
    "Concurrent request limit exceeded. Request blocked.",
  );

  test("the concurrency limit pauses the account for a moment", () => {
    expect(classify(busy)).toMatchObject({
      class: "later",
      code: "E_NETSUITE_CONCURRENCY",
      pauses: "budget",
      afterMs: 1000,
    });
  });

  test.each([
    ["5", 5000],
    ["99999999", 60_000],
  ])("Retry-After %s is honoured up to a minute", (text, afterMs) => {
    const one = { ...busy, headers: { "retry-after": text } } as Answer;
    expect(classify(one)).toMatchObject({ class: "later", afterMs });
  });

  test("refused credentials pause the account", () => {
    const one = refusal(401, "INVALID_LOGIN", "Invalid login attempt. For more details, see …");
    expect(classify(one)).toMatchObject({ class: "later", code: "E_NETSUITE_SIGN_IN" });
    expect(classify(answer(401, ""))).toMatchObject({ class: "later", pauses: "budget" });
  });

  test("what was not sent, and a record that changed meanwhile", () => {
    expect(classify({ kind: "not-sent", reason: "ECONNREFUSED" })).toMatchObject({
      class: "later",
      code: "E_NETSUITE_NOT_SENT",
    });
    const changed = refusal(400, "USER_ERROR", `${ACCESS}Record has been changed.`);
    expect(classify(changed)).toMatchObject({ class: "later", pauses: "handoff" });
  });
});

const at = (path: string) => answer(204, "", { location: path });

describe("done", () => {
  test("204, no body, and a Location of the type we wrote", () => {
    const path = "https://1.suitetalk.api.netsuite.com/services/rest/record/v1/invoice/4711";
    expect(classify(at(path))).toEqual({ class: "done", externalId: "4711" });
    expect(idFromLocation("invoice", "/services/rest/record/v1/Invoice/4711")).toBe("4711");
  });
});

describe("unknown", () => {
  test.each([
    ["no answer", { kind: "no-answer", reason: "reset" } as Answer],
    ["204 without Location (F2)", answer(204, "")],
    ["a Location of another type", at("/services/rest/record/v1/creditMemo/4711")],
    ["a Location with another id", at("/services/rest/record/v1/invoice/eid:abc")],
    ["a Location of a job", at("/services/rest/async/v1/job/12")],
    ["a Location with more behind", at("/services/rest/record/v1/invoice/4711/item")],
    ["an id below one", at("/services/rest/record/v1/invoice/0")],
    ["a refusal under a 200 (F2)", answer(200, { "o:errorDetails": [] })],
    ["200 with a record", answer(200, { id: "4711" })],
    ["202 that we did not ask for", answer(202, "", { location: "/services/rest/async/v1/job/1" })],
    ["a redirect", answer(302, "", { location: "https://elsewhere.example/" })],
    ["a gateway's page", answer(502, "<html>Bad Gateway</html>")],
    ["500 with a known text (F4)", refusal(500, "USER_ERROR", ACCESS + CLOSED)],
    ["a text like the known one (F4)", refusal(400, "USER_ERROR", `${CLOSED} Try later.`)],
    ["a text that only holds the words (F4)", refusal(400, "USER_ERROR", "period closed")],
    ["USER_ERROR of another text", refusal(400, "USER_ERROR", `${ACCESS}Something else.`)],
    ["429 of an unknown body", answer(429, "slow down")],
    ["401 of a proxy", answer(401, "<html>log in</html>")],
    ["half an envelope", answer(400, '{"o:errorDetails":[{"detail":"Concurrent requ')],
    ["an envelope without details", answer(400, { "o:errorDetails": [] })],
    [
      "a known and an unknown detail",
      answer(400, {
        "o:errorDetails": [
          { detail: CLOSED, "o:errorCode": "USER_ERROR" },
          { detail: "And another.", "o:errorCode": "USER_ERROR" },
        ],
      }),
    ],
    ["exists already", refusal(400, "USER_ERROR", `${ACCESS}This entity already exists.`)],
    [
      "an idempotency conflict",
      refusal(400, "IDEMPOTENCY_ERROR", "A request with the same idempotency key is already …"),
    ],
  ])("%s", (_name, one) => {
    expect(classify(one).class).toBe("unknown");
  });

  test("whatever text comes, only 204 with its Location is done", () => {
    const headers = fc.dictionary(fc.constantFrom("location", "retry-after"), fc.string());
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.string(),
        headers,
        (status, body, head) => {
          const outcome = classify(answer(status, body, head));
          if (outcome.class === "later") expect(status).toBe(401);
          else expect(outcome.class).toBe("unknown");
        },
      ),
    );
  });
});
