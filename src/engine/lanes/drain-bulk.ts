/**
 * Drains a seat of a bulk target: one call carries many handoffs. Such a target merges by
 * reference and version, so items in doubt are simply sent again, and no order among them matters.
 */
import type { BulkItem, BulkTarget, Outcome } from "../../connectors/kit/target.ts";
import { isTieoutError, messageOf } from "../../kernel/errors.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import type { ClaimedHandoff } from "../../store/claim-handoffs.ts";
import { claimDoubts, claimHandoffs, inClaimTransaction } from "../../store/claim-handoffs.ts";
import { contentHash } from "../../store/content-hash.ts";
import type { Session } from "../../store/database.ts";
import { holdLane } from "../../store/hold-lane.ts";
import type { AttemptRow } from "../../store/insert-attempts.ts";
import { insertAttempts } from "../../store/insert-attempts.ts";
import { pauseBudget } from "../../store/pause-budget.ts";
import type { ClaimedEvent } from "../../store/read-claimed.ts";
import { readClaimedEvents } from "../../store/read-claimed.ts";
import { recordBatch } from "../../store/record-batch.ts";
import type { SettlementRow } from "../../store/record-outcomes.ts";
import { recordOutcomes } from "../../store/record-outcomes.ts";
import type { Seat } from "../../store/take-lane.ts";
import { SEND_BY_MS } from "./build-attempts.ts";
import type { Cycle } from "./drain-calls.ts";
import { laneErrors } from "./errors.ts";
import { keepSeat } from "./keep-seat.ts";
import type { LaneContext } from "./lane-context.ts";
import { settleBulkItem } from "./settle-bulk-item.ts";

/** A call's handoffs with what the target said of each. */
export interface FinishedBatch {
  readonly target: BulkTarget;
  readonly attempt: AttemptRow;
  readonly items: readonly { readonly handoff: ClaimedHandoff; readonly doubt: boolean }[];
  readonly outcomes: readonly Outcome[];
  readonly durationMs: number;
}

interface Claim {
  readonly attempt: AttemptRow;
  readonly items: FinishedBatch["items"];
  readonly events: ReadonlyMap<string, ClaimedEvent>;
}

/** A bulk target merges by version: no class order among seats, nothing to line up for. */
const ANY = { lowestFirst: false, blocked: [] };

/** One cycle: records the last batch and claims the next in one transaction, then applies it. */
export async function drainBulkCycle(
  lane: LaneContext,
  target: BulkTarget,
  seat: Seat,
  last: FinishedBatch | undefined,
  claimMore: boolean,
): Promise<Cycle & { readonly batch: FinishedBatch | undefined }> {
  let claim: Claim | undefined;
  let closed = 0;
  const begun = lane.clock.monotonic();
  try {
    claim = await inClaimTransaction(lane.pool, async (session) => {
      closed = (await holdLane(session, seat)).closedMs;
      if (last !== undefined) await record(lane, session, seat, last);
      return claimMore && closed === 0 ? takeBatch(lane, session, target, seat) : undefined;
    });
  } catch (cause) {
    if (!isTieoutError(cause, "E_STORE_FENCE_LOST")) throw cause;
    return { claimed: 0, fenceLost: true, full: false, batch: undefined };
  }
  if (claim === undefined) {
    return { claimed: 0, fenceLost: false, full: false, closedMs: closed, batch: undefined };
  }
  const claimed = claim;
  lane.crash("after-claim");
  const batch = await keepSeat(lane, seat, begun, () => applyBatch(lane, target, claimed));
  lane.crash("before-record");
  const count = claimed.items.length;
  return { claimed: count, fenceLost: false, full: count >= target.maxItems, batch };
}

async function takeBatch(
  lane: LaneContext,
  session: Session,
  target: BulkTarget,
  seat: Seat,
): Promise<Claim | undefined> {
  const doubts = await claimDoubts(session, seat, target.maxItems);
  const room = target.maxItems - doubts.length;
  const ready = room > 0 ? await claimHandoffs(session, seat, room, ANY) : [];
  const items = [
    ...doubts.map((handoff) => ({ handoff, doubt: true })),
    ...ready.map((handoff) => ({ handoff, doubt: false })),
  ];
  if (items.length === 0) return undefined;
  const events = await readClaimedEvents(
    session,
    lane.keyring,
    lane.hasher,
    items.map((one) => one.handoff.event_id),
  );
  const batch = items.map((one) => one.handoff.id);
  const id = uuidV7(lane.clock, lane.random);
  // The bytes of a bulk request are the events themselves, which never change.
  const requestHash = lane.hasher.sha256(batch.join(","));
  const attempt: AttemptRow = {
    id,
    handoffId: undefined,
    batch,
    kind: "send",
    number: 1,
    reference: undefined,
    sendKey: undefined,
    guard: "external-id",
    requestHash,
    request: undefined,
    keyId: null,
    sendByMs: SEND_BY_MS,
    settlesMs: SEND_BY_MS,
    rowHash: lane.hasher.sha256(""),
    effect: undefined,
  };
  await insertAttempts(session, seat, [attempt]);
  return { attempt, items, events };
}

async function applyBatch(
  lane: LaneContext,
  target: BulkTarget,
  claim: Claim,
): Promise<FinishedBatch> {
  const started = lane.clock.monotonic();
  let outcomes: readonly Outcome[];
  try {
    outcomes = await target.apply(
      claim.items.map(({ handoff }) => bulkItem(handoff, claim.events)),
    );
  } catch (thrown) {
    const { code, message } = laneErrors.E_LANE_NO_ANSWER({ reason: messageOf(thrown) });
    lane.log.warn({ target: target.connection, code }, "bulk call without an answer");
    outcomes = claim.items.map(() => ({ class: "unknown", code, message }));
  }
  const durationMs = lane.clock.monotonic() - started;
  for (const outcome of outcomes) lane.stats.call(target.connection, outcome.class, durationMs);
  return { target, attempt: claim.attempt, items: claim.items, outcomes, durationMs };
}

function bulkItem(handoff: ClaimedHandoff, events: Claim["events"]): BulkItem {
  const event = events.get(handoff.event_id);
  if (event === undefined) throw new Error(`event ${handoff.event_id} is missing`);
  return {
    operation: handoff.operation,
    reference: handoff.reference,
    event: {
      id: event.id,
      type: event.type,
      subject: event.subject,
      occurred: event.occurred_at,
      version: event.version,
      correlationId: event.correlation_id,
      legalEntity: event.legal_entity ?? undefined,
    },
    readData: event.content,
  };
}

async function record(
  lane: LaneContext,
  session: Session,
  seat: Seat,
  batch: FinishedBatch,
): Promise<void> {
  const done = batch.items.filter((_, index) => batch.outcomes[index]?.class === "done");
  if (done.length > 0) {
    const outcomeId = uuidV7(lane.clock, lane.random);
    await recordBatch(session, {
      attemptId: batch.attempt.id,
      outcomeId,
      handoffIds: done.map((one) => one.handoff.id),
      durationMs: batch.durationMs,
      rowHash: contentHash(lane.hasher, [undefined, undefined]),
    });
  }
  const others = batch.items.flatMap((one, index) => {
    const outcome = batch.outcomes[index];
    return outcome === undefined || outcome.class === "done" ? [] : [{ ...one, outcome }];
  });
  if (others.length === 0) return;
  await recordOutcomes(
    session,
    seat,
    others.map((one) => itemRow(lane, batch, one)),
  );
  const rests = others.flatMap(({ outcome }) =>
    outcome.class === "later" && outcome.pauses === "budget" ? [outcome] : [],
  );
  for (const rest of rests.slice(0, 1))
    await pauseBudget(session, seat.budget, rest.afterMs, rest.code);
}

type Item = FinishedBatch["items"][number] & { readonly outcome: Outcome };

function itemRow(lane: LaneContext, batch: FinishedBatch, item: Item): SettlementRow {
  const { handoff } = item;
  const spec = batch.target.operations[handoff.operation];
  if (spec === undefined) throw new Error(`operation ${handoff.operation} is not offered`);
  const settled = settleBulkItem(item, spec, lane.random);
  const outcomeId = uuidV7(lane.clock, lane.random);
  const { code, message } = settled.settlement;
  return {
    handoffId: handoff.id,
    attemptId: batch.attempt.id,
    outcomeId,
    target: handoff.target,
    object: handoff.object,
    ordered: handoff.ordered,
    version: handoff.version,
    reference: handoff.reference,
    from: settled.from,
    to: settled.settlement.to,
    reason: settled.settlement.reason,
    notBeforeMs: settled.settlement.notBeforeMs,
    link: undefined,
    outcome: {
      class: settled.settlement.outcomeClass,
      code,
      message,
      answer: undefined,
      durationMs: batch.durationMs,
      rowHash: contentHash(lane.hasher, [message, undefined]),
    },
    exception: settled.settlement.exception && {
      id: uuidV7(lane.clock, lane.random),
      ...settled.settlement.exception,
    },
  };
}
