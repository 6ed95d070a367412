/**
 * What every target that takes one item a call must do, as tests that any connector runs against
 * its stand-in. A connector's author writes cases; the suite knows what must hold of them.
 *
 * case      one operation that should succeed, with an event of its own
 * oracle    the stand-in seen from outside: what really stands there, and the faults it can play
 * answer    a recorded or documented answer of the vendor, and the outcome it must be
 */
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { showsSecret } from "./redact.ts";
import type { Answer, ApplyContext, CallTarget, Outcome, PreparedCall } from "./target.ts";

/** The part of a test runner the suite needs; passed in, for source files import none. */
export interface TestTools {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void> | void): void;
  expect(value: unknown): { toBe(expected: unknown): void; toEqual(expected: unknown): void };
}

export interface ConformanceCase {
  readonly name: string;
  readonly operation: string;
  /** A fresh event under this reference, with whatever it needs already standing in the target. */
  context(reference: string): Promise<ApplyContext>;
  /** The request has several steps, and the oracle can cut it between them. */
  readonly steps?: true;
  /** The request with one field meant differently, and that field's name in a difference. */
  readonly changed?: {
    readonly field: string;
    call(call: PreparedCall): PreparedCall;
  };
}

export interface ConformanceOracle {
  /** Live documents (or effects, for operations without a document) under a reference. */
  count(reference: string): Promise<number>;
  /** The next call is applied and its answer lost. */
  loseNextAnswer(): Promise<void>;
  /** The next call is applied and answered with a 5xx. */
  failNextAfterCommit(): Promise<void>;
  /**
   * For targets whose requests are several calls: the next request is cut off after its first
   * effect, which leaves something that is not yet what was meant. Absent: a request is one call.
   */
  cutNextBetweenSteps?(): Promise<void>;
  /** No faults from here on. */
  heal(): Promise<void>;
}

export interface ConformanceSubject {
  readonly target: CallTarget;
  readonly secrets: readonly string[];
  readonly oracle: ConformanceOracle;
}

export interface ConformanceSuite {
  readonly system: string;
  readonly cases: readonly ConformanceCase[];
  readonly lacks: readonly {
    readonly name: string;
    readonly code: string;
    context(): Promise<ApplyContext>;
  }[];
  readonly answers: readonly {
    readonly name: string;
    readonly operation: string;
    readonly answer: Answer;
    readonly outcome: Outcome["class"];
    readonly code?: string;
  }[];
  /** Called once a test; the suite does not close what it gets. */
  subject(): Promise<ConformanceSubject>;
}

/** Declares the suite's tests. */
export function connectorConformance(tools: TestTools, suite: ConformanceSuite): void {
  tools.describe(`${suite.system}: what a connector must do`, () => {
    declarePrepare(tools, suite);
    declareAnswers(tools, suite);
    for (const one of suite.cases) declareCase(tools, suite, one);
  });
}

let references = 0;

function freshReference(): string {
  references += 1;
  return `conformance${String(references).padStart(5, "0")}`;
}

function declarePrepare({ test, expect }: TestTools, suite: ConformanceSuite): void {
  for (const one of suite.cases) {
    test(`${one.name}: the same event makes the same bytes, without a secret`, async () => {
      const { target, secrets } = await suite.subject();
      const context = await one.context(freshReference());
      const reversed = { ...context, links: new Map([...context.links].reverse()) };
      const bytes = canonicalJson(callOf(target, context));
      expect(canonicalJson(callOf(target, reversed))).toBe(bytes);
      expect(showsSecret(bytes, secrets)).toBe(false);
    });
  }
  for (const one of suite.lacks) {
    test(`lack: ${one.name}`, async () => {
      const { target } = await suite.subject();
      const preparation = target.prepare(await one.context());
      expect(preparation.ok ? "no lack" : preparation.lack.code).toBe(one.code);
      expect(!preparation.ok && preparation.lack.cause !== "").toBe(true);
    });
  }
}

const UNKNOWN_SHAPES: readonly (readonly [string, Answer])[] = [
  ["no answer", { kind: "no-answer", reason: "reset" }],
  ["a page under 200", answered(200, "<html>Welcome</html>")],
  ["a refusal under 200", answered(200, '{"error":"no"}')],
  ["half a body", answered(200, '{"id":"12')],
  ["a body that says a key twice", answered(200, '{"id":"1","id":"2"}')],
  ["an empty 400", answered(400, "")],
  ["a 400 of another shape", answered(400, '{"message":"no"}')],
  ["a redirect", answered(302, "")],
  ["a 404 of a gateway", answered(404, "not found")],
  ["500", answered(500, "")],
  ["a gateway's 502", answered(502, "<html>Bad Gateway</html>")],
  ["503", answered(503, '{"message":"later"}')],
];

function declareAnswers({ test, expect }: TestTools, suite: ConformanceSuite): void {
  for (const [name, answer] of UNKNOWN_SHAPES) {
    test(`unknown for every operation: ${name}`, async () => {
      const { target } = await suite.subject();
      for (const operation of Object.keys(target.operations)) {
        const outcome = target.classify(operation, answer);
        expect([operation, outcome.class]).toEqual([operation, "unknown"]);
      }
    });
  }
  test("what was not sent is later", async () => {
    const { target } = await suite.subject();
    for (const operation of Object.keys(target.operations)) {
      const outcome = target.classify(operation, { kind: "not-sent", reason: "refused" });
      expect([operation, outcome.class]).toEqual([operation, "later"]);
    }
  });
  for (const one of suite.answers) {
    test(`answer: ${one.name}`, async () => {
      const { target } = await suite.subject();
      const outcome = target.classify(one.operation, one.answer);
      expect(outcome.class).toBe(one.outcome);
      if (one.code !== undefined) expect("code" in outcome && outcome.code).toBe(one.code);
    });
  }
}

function declareCase(tools: TestTools, suite: ConformanceSuite, one: ConformanceCase): void {
  tools.describe(one.name, () => {
    declareEffect(tools, suite, one);
    declareDoubt(tools, suite, one);
    if (one.steps === true) declareUnfinished(tools, suite, one);
    const { changed } = one;
    if (changed !== undefined) declareChanged(tools, suite, one, changed);
  });
}

function declareEffect(
  { test, expect }: TestTools,
  suite: ConformanceSuite,
  one: ConformanceCase,
): void {
  test("absent before, done once, found equal; the same bytes again are still one", async () => {
    const { target, oracle } = await suite.subject();
    const { reference, call } = await ready(target, one);
    expect((await target.probe(one.operation, reference, call)).kind).toBe("absent");
    const id = await doneId(target, one, call);
    expect(await found(target, one, reference, call)).toEqual({ id, differences: [] });
    if (target.operations[one.operation]?.guard !== "probe") {
      // Stored and read again, as after a restart.
      const again = JSON.parse(canonicalJson(call)) as PreparedCall;
      expect(await doneId(target, one, again)).toBe(id);
    }
    expect(await oracle.count(reference)).toBe(1);
    expect(await found(target, one, reference, call)).toEqual({ id, differences: [] });
  });

  test("a call whose time to start has passed is not sent", async () => {
    const { target } = await suite.subject();
    const { reference, call } = await ready(target, one);
    expect((await target.send(call, Number.NEGATIVE_INFINITY)).kind).toBe("not-sent");
    expect((await target.probe(one.operation, reference, call)).kind).toBe("absent");
  });

  test("a probe that comes too late asks nothing, and says nothing", async () => {
    const { target } = await suite.subject();
    const { reference, call } = await ready(target, one);
    const late = await target.probe(one.operation, reference, call, () => true);
    expect(late.kind).toBe("failed");
  });
}

function declareDoubt(
  { test, expect }: TestTools,
  suite: ConformanceSuite,
  one: ConformanceCase,
): void {
  const doubts = [
    ["the answer is lost", (oracle: ConformanceOracle) => oracle.loseNextAnswer()],
    ["a 5xx follows the commit", (oracle: ConformanceOracle) => oracle.failNextAfterCommit()],
  ] as const;
  for (const [name, breakIt] of doubts) {
    test(`${name}: unknown, and the probe finds what we meant, once`, async () => {
      const { target, oracle } = await suite.subject();
      const { reference, call } = await ready(target, one);
      await breakIt(oracle);
      const outcome = target.classify(one.operation, await target.send(call));
      await oracle.heal();
      expect(outcome.class).toBe("unknown");
      expect((await found(target, one, reference, call)).differences).toEqual([]);
      expect(await oracle.count(reference)).toBe(1);
    });
  }
}

function declareUnfinished(
  { test, expect }: TestTools,
  suite: ConformanceSuite,
  one: ConformanceCase,
): void {
  test("cut between two steps: unknown, unfinished, and the same bytes complete it, once", async () => {
    const { target, oracle } = await suite.subject();
    const { reference, call } = await ready(target, one);
    await oracle.cutNextBetweenSteps?.();
    const outcome = target.classify(one.operation, await target.send(call));
    await oracle.heal();
    expect(outcome.class).toBe("unknown");
    const probed = await target.probe(one.operation, reference, call);
    expect(probed.kind).toBe("unfinished");
    expect(probed.kind === "unfinished" && probed.differences.length > 0).toBe(true);
    // Stored and read again, as after a restart.
    const id = await doneId(target, one, JSON.parse(canonicalJson(call)) as PreparedCall);
    expect(probed.kind === "unfinished" && probed.externalId).toBe(id);
    expect(await found(target, one, reference, call)).toEqual({ id, differences: [] });
    expect(await oracle.count(reference)).toBe(1);
  });
}

function declareChanged(
  { test, expect }: TestTools,
  suite: ConformanceSuite,
  one: ConformanceCase,
  changed: NonNullable<ConformanceCase["changed"]>,
): void {
  test(`a difference is named: ${changed.field}`, async () => {
    const { target } = await suite.subject();
    const { reference, call } = await ready(target, one);
    await doneId(target, one, call);
    const { differences } = await found(target, one, reference, changed.call(call));
    expect(differences.includes(changed.field)).toBe(true);
  });
}

async function ready(target: CallTarget, one: ConformanceCase) {
  const reference = freshReference();
  return { reference, call: callOf(target, await one.context(reference)) };
}

function callOf(target: CallTarget, context: ApplyContext): PreparedCall {
  const preparation = target.prepare(context);
  if (preparation.ok) return preparation.call;
  throw new Error(`a case lacks something: ${preparation.lack.message}`);
}

async function doneId(target: CallTarget, one: ConformanceCase, call: PreparedCall) {
  const outcome = target.classify(one.operation, await target.send(call));
  if (outcome.class === "done") return outcome.externalId;
  throw new Error(`${one.name} is not done: ${JSON.stringify(outcome)}`);
}

async function found(
  target: CallTarget,
  one: ConformanceCase,
  reference: string,
  call: PreparedCall,
): Promise<{ id: string; differences: readonly string[] }> {
  const probed = await target.probe(one.operation, reference, call);
  if (probed.kind !== "found") throw new Error(`${one.name}: ${JSON.stringify(probed)}`);
  return { id: probed.externalId, differences: probed.differences.map((each) => each.field) };
}

function answered(status: number, body: string): Answer {
  return { kind: "answer", status, headers: { "content-type": "application/json" }, body };
}
