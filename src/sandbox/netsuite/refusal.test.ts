import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rootUrl } from "../../../test/support/root.ts";
import type { Refusal } from "./refusal.ts";
import {
  alreadyExists,
  invalidFieldValue,
  notPermitted,
  periodClosed,
  refusalAnswer,
  tooManyRequests,
  userError,
} from "./refusal.ts";

interface Sample {
  readonly case: string;
  readonly http: number;
  readonly body?: { "o:errorDetails": { detail: string; "o:errorCode": string }[] };
  readonly detail?: string;
}

/** Bodies that were seen on live accounts, kept beside the repository and not in it. */
const samples = new URL("../shared/data/netsuite/rest_errors.jsonl", rootUrl);

const ours: readonly (readonly [string, Refusal])[] = [
  ["concurrency limit", tooManyRequests()],
  ["duplicate entity", alreadyExists()],
  ["invalid reference", invalidFieldValue("customer", "53384", "expense.items[2]")],
  ["missing required", userError("You must enter a value for Company Name.")],
  ["permission", notPermitted()],
];

describe("refusals are worded as they were seen", () => {
  test.for(ours)("%s", ([name, refusal], { skip }) => {
    skip(!existsSync(samples), "the samples are not here");
    const sample = read().find((one) => one.case.startsWith(name));
    const answer = refusalAnswer(refusal);
    expect(answer.status).toBe(sample?.http);
    expect(JSON.parse(String(answer.body))).toMatchObject({ ...sample?.body });
  });

  test("closed period", ({ skip }) => {
    skip(!existsSync(samples), "the samples are not here");
    const seen = read().find((one) => one.case.startsWith("closed period"))?.detail;
    expect(periodClosed().message).toBe(`Error while accessing a resource. ${seen}`);
  });
});

function read(): Sample[] {
  const lines = readFileSync(samples, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Sample);
}
