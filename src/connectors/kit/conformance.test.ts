import { describe, expect, test } from "vitest";
import type { ConformanceSuite, TestTools } from "./conformance.ts";
import { connectorConformance } from "./conformance.ts";
import type {
  Answer,
  ApplyContext,
  CallTarget,
  Outcome,
  Preparation,
  PreparedCall,
} from "./target.ts";

const SECRET = "a-secret-of-the-account";

/** One rule broken; everything else kept. */
interface Flaw {
  readonly classify?: (answer: Answer) => Outcome | undefined;
  readonly append?: boolean;
  readonly blind?: boolean;
  readonly leaky?: boolean;
  readonly generous?: boolean;
  readonly random?: boolean;
  readonly tardy?: boolean;
}

/** The smallest target there is: documents in memory, one text each, upserted by reference. */
class Shelf {
  readonly documents: { readonly reference: string; readonly id: string; body: string }[] = [];
  fault: "none" | "lose" | "fail" = "none";
  prepared = 0;

  put(call: PreparedCall, append: boolean): string {
    const known = this.documents.find((one) => one.reference === call.path);
    if (known !== undefined && !append) {
      known.body = String(call.body);
      return known.id;
    }
    const id = String(this.documents.length + 1);
    this.documents.push({ reference: call.path, id, body: String(call.body) });
    return id;
  }
}

const PUT = { name: "put", entity: "thing", effect: "fact", guard: "external-id" } as const;

function shelfTarget(shelf: Shelf, flaw: Flaw): CallTarget {
  return {
    kind: "call",
    system: "shelf",
    connection: "shelf",
    account: "1",
    operations: { put: { ...PUT, longestRunMs: 0, indexLagMs: 0 } },
    timeoutMs: 100,
    prepare: (context) => prepareText(shelf, flaw, context),
    async send(call, startBy) {
      if (startBy !== undefined && startBy < 0 && flaw.tardy !== true) {
        return { kind: "not-sent", reason: "too late" };
      }
      const id = shelf.put(call, flaw.append === true);
      const { fault } = shelf;
      shelf.fault = "none";
      if (fault === "lose") return { kind: "no-answer", reason: "reset" };
      const status = fault === "fail" ? 502 : 204;
      return { kind: "answer", status, headers: { location: `/thing/${id}` }, body: "" };
    },
    classify: (_operation, answer) => flaw.classify?.(answer) ?? classifyLocation(answer),
    async probe(_operation, reference, sent, tooLate) {
      if (tooLate?.() === true) return { kind: "failed", code: "E_SHELF_LATE", message: "late" };
      const found = shelf.documents.find((one) => one.reference === reference);
      if (found === undefined) return { kind: "absent" };
      const same = found.body === String(sent.body) || flaw.blind === true;
      const difference = { field: "body", ours: String(sent.body), theirs: found.body };
      return { kind: "found", externalId: found.id, differences: same ? [] : [difference] };
    },
    async *documents() {
      const base = { type: "thing", number: undefined, amount: undefined, date: undefined };
      for (const { reference, id } of shelf.documents) yield { ...base, reference, externalId: id };
    },
  };
}

function prepareText(shelf: Shelf, flaw: Flaw, context: ApplyContext): Preparation {
  shelf.prepared += 1;
  const { data } = context.event;
  if (typeof data !== "string" && flaw.generous !== true) {
    return { ok: false, lack: { code: "E_SHELF_TEXT", cause: "text", message: "no text" } };
  }
  const headers = flaw.leaky === true ? { key: SECRET } : {};
  const body = flaw.random === true ? `${data} ${shelf.prepared}` : String(data);
  return { ok: true, call: { method: "PUT", path: context.reference, headers, body } };
}

function classifyLocation(answer: Answer): Outcome {
  if (answer.kind === "not-sent") {
    const { reason: message } = answer;
    return { class: "later", code: "E_SHELF_LATER", message, afterMs: 1, pauses: "budget" };
  }
  const location = answer.kind === "answer" && answer.status === 204 && answer.headers["location"];
  const id = /^\/thing\/(\d+)$/.exec(location || "")?.[1];
  if (id !== undefined) return { class: "done", externalId: id };
  return { class: "unknown", code: "E_SHELF_UNKNOWN", message: "" };
}

function shelfSuite(flaw: Flaw): ConformanceSuite {
  const shelf = new Shelf();
  const target = shelfTarget(shelf, flaw);
  const set = (fault: Shelf["fault"]) => async (): Promise<void> => {
    shelf.fault = fault;
  };
  const oracle = {
    count: async (reference: string) =>
      shelf.documents.filter((one) => one.reference === reference).length,
    loseNextAnswer: set("lose"),
    failNextAfterCommit: set("fail"),
    heal: set("none"),
  };
  const created = {
    kind: "answer",
    status: 204,
    headers: { location: "/thing/1" },
    body: "",
  } as const;
  return {
    system: "shelf",
    cases: [
      {
        name: "thing",
        operation: "put",
        context: async (reference) => contextOf(reference, "text"),
        changed: { field: "body", call: (call) => ({ ...call, body: "other" }) },
      },
    ],
    lacks: [{ name: "text", code: "E_SHELF_TEXT", context: async () => contextOf("r", null) }],
    answers: [{ name: "created", operation: "put", answer: created, outcome: "done" }],
    subject: async () => ({ target, secrets: [SECRET], oracle }),
  };
}

function contextOf(reference: string, data: string | null): ApplyContext {
  const event = {
    id: "evt_1",
    type: "thing.made",
    subject: "source/thing/1",
    occurred: "2026-01-01T00:00:00.000Z",
    version: "1",
    correlationId: "cor_1",
    legalEntity: undefined,
    data,
  };
  return {
    operation: "put",
    event,
    reference,
    links: new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  };
}

/** Runs the suite by itself and names the tests that fail. */
async function failures(flaw: Flaw): Promise<readonly string[]> {
  const declared: { name: string; body: () => Promise<void> | void }[] = [];
  const tools: TestTools = {
    describe: (_name, body) => body(),
    test: (name, body) => declared.push({ name, body }),
    expect,
  };
  connectorConformance(tools, shelfSuite(flaw));
  expect(declared.length).toBeGreaterThan(15);
  const failed: string[] = [];
  for (const one of declared) {
    try {
      await one.body();
    } catch {
      failed.push(one.name);
    }
  }
  return failed;
}

const done = { class: "done", externalId: "1" } as const;

describe("the conformance suite", () => {
  test("passes a connector that keeps the rules", async () => {
    expect(await failures({})).toEqual([]);
  });

  test.each<[string, Flaw, RegExp]>([
    ["adds a document on each send", { append: true }, /the same bytes again/],
    ["sees no difference", { blind: true }, /a difference is named/],
    ["writes a secret into the request", { leaky: true }, /without a secret/],
    ["makes other bytes each time", { random: true }, /makes the same bytes/],
    ["fills a gap by itself", { generous: true }, /lack: text/],
    ["sends after its time", { tardy: true }, /time to start has passed/],
    [
      "takes every 200 as done",
      { classify: (one) => (one.kind === "answer" && one.status === 200 ? done : undefined) },
      /a page under 200/,
    ],
    [
      "takes a 5xx as a refusal",
      {
        classify: (one) =>
          one.kind === "answer" && one.status >= 500
            ? { class: "refused", code: "E_SHELF_NO", cause: "", message: "" }
            : undefined,
      },
      /a 5xx follows the commit/,
    ],
    [
      "takes no answer as not done",
      {
        classify: (one) =>
          one.kind === "no-answer"
            ? { class: "refused", code: "E_SHELF_NO", cause: "", message: "" }
            : undefined,
      },
      /the answer is lost/,
    ],
  ])("fails one that %s", async (_name, flaw, test_) => {
    const failed = await failures(flaw);
    expect(failed.some((name) => test_.test(name))).toBe(true);
  });
});
