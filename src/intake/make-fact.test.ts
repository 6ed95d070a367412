import { describe, expect, test } from "vitest";
import { factMaker, plainSource } from "../../test/support/ledger-facts.ts";
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { Flow } from "../routing/flow.ts";
import { makeRouter } from "../routing/route-event.ts";
import type { Fact } from "../store/fact-rows.ts";
import type { FactMaker } from "./fact-maker.ts";
import { makeFact } from "./make-fact.ts";

const HAPPENING = '{"id":"e1","customer":"c1","at":1}';

function factOf(given: {
  body?: string;
  maker?: Partial<FactMaker>;
  source?: Partial<SourceConnection>;
}): Fact {
  const bytes = new TextEncoder().encode(given.body ?? HAPPENING);
  const source = { ...plainSource, ...given.source };
  return makeFact({ ...factMaker, ...given.maker }, source, bytes, "webhook");
}

function flowThat(decide: Flow["routes"][number]["decide"]): Partial<FactMaker> {
  const route = { events: ["test.customer"], decide, serviceClass: "normal", needs: [] } as const;
  const flow: Flow = {
    ...{ name: "f", version: 1, model: "event-driven", source: "src", target: "t" },
    routes: [{ ...route, deadlineMinutes: 1 }],
  };
  const facts = { connection: "t", account: "a", budget: "b", ordered: true, effects: {} };
  return { route: makeRouter([flow], [facts]) };
}

describe("whatever goes wrong, the bytes are kept", () => {
  test("given a number that no double holds, then a dead letter", () => {
    const fact = factOf({ body: '{"id":"e1","customer":"c1","at":1,"minor":1e999}' });
    expect(fact).toMatchObject({ verdict: "dead", deadLetter: { code: "E_JSON_NUMBER_INEXACT" } });
  });
  test("given a flow that names an operation its target lacks, then a dead letter that says so", () => {
    const fact = factOf({ maker: flowThat(() => ({ operation: "nope" })) });
    expect(fact).toMatchObject({
      verdict: "dead",
      deadLetter: { code: "E_ROUTING_OPERATION_UNKNOWN" },
      inbound: { factId: "e1" },
    });
    expect([fact.events, fact.handoffs, fact.skips]).toEqual([[], [], []]);
  });
  test("given a flow that throws, then a dead letter that names the defect", () => {
    const decide = (): never => {
      throw new Error("no currency");
    };
    expect(factOf({ maker: flowThat(decide) }).deadLetter).toEqual({
      code: "E_INTAKE_ROUTING_FAILED",
      reason: "What follows from happening could not be worked out: no currency",
    });
  });
  test.each<[string, Partial<SourceConnection>]>([
    [
      "fails to identify it",
      {
        identify: () => {
          throw new Error("no such field");
        },
      },
    ],
    [
      "names content that no JSON can carry",
      {
        identify: () => ({
          ok: true,
          identity: { factId: "e1", kind: "happening", occurredMs: 1, stable: { at: Number.NaN } },
        }),
      },
    ],
  ])("given a connector that %s, then a dead letter named by its bytes", (_name, source) => {
    expect(factOf({ source })).toMatchObject({
      verdict: "dead",
      deadLetter: { code: "E_INTAKE_TRANSLATOR_FAILED" },
      inbound: { factId: expect.stringMatching(/^body:[0-9a-f]{64}$/) },
    });
  });
});
