/**
 * The control plane, `/__sandbox/…`: how a test, a demo or a person steers a sandbox and asks what
 * it truly did. It is never struck by faults and never counted as a call.
 *
 * GET PUT DELETE /__sandbox/faults    the plan with its counters · replace it · clear it
 * POST           /__sandbox/reset     forget everything: state, journal, calls, faults
 * GET            /__sandbox/state     the system's own summary of its state
 * GET            /__sandbox/journal   `?after=seq`, JSONL
 * GET            /__sandbox/calls     `?after=seq`, JSONL
 * GET PUT        /__sandbox/clock     {now, offsetMs} · {offsetMs} or {now} or {advanceMs}
 */
import { z } from "zod";
import { messageOf } from "../../kernel/errors.ts";
import type { CallRecorder } from "./calls.ts";
import type { SandboxClock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { Effect, Journal } from "./journal.ts";
import type { SandboxAnswer, SandboxRequest } from "./message.ts";
import { jsonAnswer, linesAnswer } from "./message.ts";
import type { Route } from "./router.ts";
import { createRouter, route } from "./router.ts";

export interface ControlParts {
  readonly faults: Faults;
  readonly calls: CallRecorder;
  readonly clock: SandboxClock;
  readonly journal: Journal<Effect> | undefined;
  readonly state: () => unknown;
  readonly reset: () => void;
  /** Routes of the system's own, patterns from `/__sandbox/` on. */
  readonly routes: readonly Route[];
}

const clockChange = z.union([
  z.strictObject({ offsetMs: z.number() }),
  z.strictObject({ now: z.number() }),
  z.strictObject({ advanceMs: z.number() }),
]);

export const CONTROL_PREFIX = "/__sandbox/";

/** Answers one control request; a malformed one gets 400 with the reason. */
export function createControl(
  parts: ControlParts,
): (request: SandboxRequest) => Promise<SandboxAnswer> {
  const find = createRouter([...parts.routes, ...ownRoutes(parts)]);
  return async (request) => {
    const found = find(request.method, request.path);
    if (found === undefined) return jsonAnswer(404, { error: "no such control" });
    try {
      return await found.route.handle({ ...request, params: found.params });
    } catch (thrown) {
      return jsonAnswer(400, { error: messageOf(thrown) });
    }
  };
}

function ownRoutes(parts: ControlParts): Route[] {
  const { faults, calls, clock, journal } = parts;
  const faultsPath = "/__sandbox/faults";
  const time = () => jsonAnswer(200, { now: clock.now(), offsetMs: clock.offsetMs });
  return [
    route("GET", faultsPath, "control", () => jsonAnswer(200, faults.report())),
    route("PUT", faultsPath, "control", (request) => {
      faults.replace(request.json() as never);
      return jsonAnswer(200, faults.report());
    }),
    route("DELETE", faultsPath, "control", () => {
      faults.clear();
      return jsonAnswer(200, faults.report());
    }),
    route("POST", "/__sandbox/reset", "control", () => {
      parts.reset();
      faults.clear();
      calls.clear();
      return jsonAnswer(200, { reset: true });
    }),
    route("GET", "/__sandbox/state", "control", () => jsonAnswer(200, parts.state())),
    route("GET", "/__sandbox/journal", "control", (request) =>
      linesAnswer(journal?.entries(afterOf(request)) ?? []),
    ),
    route("GET", "/__sandbox/calls", "control", (request) =>
      linesAnswer(calls.list(afterOf(request))),
    ),
    route("GET", "/__sandbox/clock", "control", time),
    route("PUT", "/__sandbox/clock", "control", (request) => {
      const change = clockChange.parse(request.json());
      if ("offsetMs" in change) clock.shiftTo(change.offsetMs);
      else if ("now" in change) clock.setNow(change.now);
      else clock.advance(change.advanceMs);
      return time();
    }),
  ];
}

function afterOf(request: SandboxRequest): number {
  return Number(request.query.get("after") ?? 0);
}
