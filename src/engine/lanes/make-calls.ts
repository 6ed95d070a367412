/** Sends what was claimed, one call at a time, and settles each answer. */

import { settleWindowMs } from "../../connectors/kit/guards.ts";
import type { Answer, Outcome, ProbeResult } from "../../connectors/kit/target.ts";
import { messageOf } from "../../kernel/errors.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import { sealAnswer } from "../../store/bodies.ts";
import { contentHash } from "../../store/content-hash.ts";
import type { DataKey } from "../../store/keyring.ts";
import type { SettlementRow } from "../../store/record-outcomes.ts";
import type { ReadyCall } from "./build-attempts.ts";
import { laneErrors } from "./errors.ts";
import type { SeatLost } from "./keep-seat.ts";
import type { LaneContext } from "./lane-context.ts";
import type { CallResult, Settlement } from "./settle.ts";
import { settle } from "./settle.ts";

export interface Finished {
  readonly ready: ReadyCall;
  readonly settlement: Settlement;
  readonly answer: string | undefined;
  readonly durationMs: number;
}

/** What is kept of an answer: enough to see why, never a whole document. */
const KEPT_ANSWER = 2000;

/** Until when a call may begin. */
export interface CallTime {
  /** Of sends, on the monotonic clock; the ledger holds the same. */
  readonly startBy: number;
  /** Of questions: they may be put for as long as the seat is ours. */
  readonly lost: SeatLost;
}

export async function makeCalls(
  lane: LaneContext,
  calls: readonly ReadyCall[],
  time: CallTime,
): Promise<Finished[]> {
  const finished: Finished[] = [];
  let rest = false;
  for (const ready of calls) {
    // The target said "too many": what is still to be sent goes back unsent.
    if (rest && ready.kind === "send")
      finished.push(finish(lane, ready, { kind: "not-started" }, 0));
    else {
      const one = await makeCall(lane, ready, time);
      rest ||= one.settlement.pauseBudgetMs !== undefined;
      finished.push(one);
    }
  }
  return finished;
}

async function makeCall(lane: LaneContext, ready: ReadyCall, time: CallTime): Promise<Finished> {
  const { startBy, lost } = time;
  const ask = () => askTarget(lane, ready, lost);
  const started = lane.clock.monotonic();
  if (ready.kind === "probe") {
    const probe = await ask();
    const { doubt } = ready;
    return finish(lane, ready, { kind: "probe", probe, doubt }, lane.clock.monotonic() - started);
  }
  if (started > startBy) return finish(lane, ready, { kind: "not-started" }, 0);
  lane.crash("before-send");
  const answer = await sendTo(lane, ready, startBy);
  lane.crash("after-send");
  const durationMs = lane.clock.monotonic() - started;
  if (answer.kind === "not-sent" && lane.clock.monotonic() > startBy) {
    return finish(lane, ready, { kind: "not-started" }, durationMs, answer.reason);
  }
  const outcome = classified(lane, ready, answer);
  const text = answer.kind === "answer" ? `${answer.status} ${answer.body}` : answer.reason;
  const doubted = ready.handoff.probes > 0 || ready.doubt !== undefined;
  if (outcome.class === "refused" && doubted)
    return finish(lane, ready, await refusedAfterDoubt(ready, outcome, ask), durationMs, text);
  if (outcome.class === "done" && ready.spec.readBack === true) {
    const probe = await ask();
    const differs =
      probe.kind === "several" ||
      probe.kind === "unfinished" ||
      (probe.kind === "found" && probe.differences.length > 0);
    if (differs) {
      const kept: CallResult = { kind: "kept-otherwise", externalId: outcome.externalId, probe };
      return finish(lane, ready, kept, durationMs, text);
    }
    const number = probe.kind === "found" ? probe.number : undefined;
    const known = number === undefined ? outcome : { ...outcome, number };
    return finish(lane, ready, { kind: "outcome", outcome: known }, durationMs, text);
  }
  return finish(lane, ready, { kind: "outcome", outcome }, durationMs, text);
}

/**
 * A connector that throws must not take the answers of the claim's other calls with it, nor be
 * asked for ever without anybody hearing of it. Whether its request left is unknown.
 */
async function sendTo(lane: LaneContext, ready: ReadyCall, startBy: number): Promise<Answer> {
  try {
    return await ready.target.send(ready.call, startBy);
  } catch (thrown) {
    return { kind: "no-answer", reason: failed(lane, ready, thrown).message };
  }
}

function classified(lane: LaneContext, ready: ReadyCall, answer: Answer): Outcome {
  try {
    return ready.target.classify(ready.handoff.operation, answer);
  } catch (thrown) {
    return { class: "unknown", ...failed(lane, ready, thrown) };
  }
}

async function askTarget(
  lane: LaneContext,
  ready: ReadyCall,
  lost: SeatLost,
): Promise<ProbeResult> {
  const { operation, reference } = ready.handoff;
  try {
    return await ready.target.probe(operation, reference, ready.call, lost);
  } catch (thrown) {
    return { kind: "failed", ...failed(lane, ready, thrown) };
  }
}

function failed(
  lane: LaneContext,
  { handoff }: ReadyCall,
  thrown: unknown,
): { code: string; message: string } {
  const { operation, target } = handoff;
  const reason = messageOf(thrown);
  const { code, message } = laneErrors.E_LANE_CONNECTOR_FAILED({ operation, reason });
  lane.log.error({ handoff: handoff.id, target, code }, "the connector failed");
  return { code, message };
}

/**
 * A refusal settles only its own request. Where an earlier one was in doubt, that one may have
 * taken effect meanwhile (a period that closed between the two), so the target is asked once more;
 * and while the earlier one may still be running, "not there" is no answer yet.
 */
async function refusedAfterDoubt(
  ready: ReadyCall,
  outcome: Outcome,
  ask: () => Promise<ProbeResult>,
): Promise<CallResult> {
  const probe = await ask();
  if (probe.kind === "found" && probe.differences.length === 0) {
    const { externalId, number } = probe;
    const done = { class: "done" as const, externalId };
    return { kind: "outcome", outcome: number === undefined ? done : { ...done, number } };
  }
  const notYet = probe.kind === "absent" || probe.kind === "unfinished";
  const doubtMs = ready.doubt?.settlesMs ?? 0;
  if (probe.kind === "failed" || (notYet && doubtMs > 0)) {
    const { code, message } = laneErrors.E_LANE_EARLIER_IN_DOUBT();
    const unknown = { class: "unknown" as const, code, message };
    return { kind: "in-doubt-still", outcome: unknown, waitMs: Math.max(500, doubtMs) };
  }
  return { kind: "outcome", outcome };
}

function finish(
  lane: LaneContext,
  ready: ReadyCall,
  result: CallResult,
  durationMs: number,
  answer?: string,
): Finished {
  const from = ready.kind === "send" ? "sent" : "unknown";
  const settlesMs = settleWindowMs(ready.spec, ready.target.timeoutMs);
  const spec = { ...ready.spec, settlesMs };
  const settlement = settle(from, ready.handoff, spec, result, lane.random);
  lane.stats.call(ready.handoff.target, settlement.outcomeClass, durationMs);
  if (settlement.exception !== undefined || settlement.event === "lost") {
    const { code } = settlement;
    const fields = { handoff: ready.handoff.id, correlation: ready.handoff.correlation_id };
    // Without the target's words: they may quote a name, and a log cannot be erased.
    lane.log.warn({ ...fields, target: ready.handoff.target, code }, settlement.event);
  }
  return { ready, settlement, answer: answer?.slice(0, KEPT_ANSWER), durationMs };
}

/** The rows that record a finished call. */
export function settlementRow(
  lane: LaneContext,
  finished: Finished,
  callKey: DataKey | undefined,
): SettlementRow {
  const { ready, settlement, durationMs } = finished;
  const { handoff, attempt } = ready;
  const outcomeId = uuidV7(lane.clock, lane.random);
  const { code } = settlement;
  const message = storable(settlement.message);
  const answer = sealAnswer(lane.keyring, callKey, outcomeId, storable(finished.answer));
  return {
    handoffId: handoff.id,
    attemptId: attempt.id,
    outcomeId,
    target: handoff.target,
    object: handoff.object,
    ordered: handoff.ordered,
    version: handoff.version,
    reference: handoff.reference,
    from: ready.kind === "send" ? "sent" : "unknown",
    to: settlement.to,
    reason: settlement.reason,
    notBeforeMs: settlement.notBeforeMs,
    link: settlement.link,
    outcome: {
      class: settlement.outcomeClass,
      code,
      message,
      answer,
      durationMs,
      rowHash: contentHash(lane.hasher, [message, answer]),
    },
    exception: settlement.exception && {
      id: uuidV7(lane.clock, lane.random),
      ...settlement.exception,
      message: storable(settlement.exception.message) ?? "",
    },
  };
}

/** PostgreSQL keeps no NUL in a text; one in a target's words must not keep the answer out. */
function storable(text: string | undefined): string | undefined {
  return text?.replaceAll("\0", "\uFFFD");
}
