/**
 * Drains a seat of a target that takes one item a call: record what came back, claim what is next,
 * in one transaction; then send, one call at a time; and again until nothing is ready.
 *
 * Recording and claiming share a transaction because each costs a disk flush and both need the
 * fence. A seat whose fence is lost keeps its outcomes as evidence and stops.
 */
import { settleWindowMs } from "../../connectors/kit/guards.ts";
import type { CallTarget, TargetConnection } from "../../connectors/kit/target.ts";
import { claimSize, nextMedian } from "../../handoffs/claim-size.ts";
import type { RestoredLedger } from "../../handoffs/epoch.ts";
import { askAfterMs, mustAskFirst } from "../../handoffs/epoch.ts";
import { isReservedSeat } from "../../handoffs/service-class.ts";
import { epochMs } from "../../kernel/clock.ts";
import { isTieoutError, messageOf } from "../../kernel/errors.ts";
import type { ClaimedHandoff } from "../../store/claim-handoffs.ts";
import { claimDoubts, claimHandoffs, inClaimTransaction } from "../../store/claim-handoffs.ts";
import type { Session } from "../../store/database.ts";
import type { DoubtedClaim } from "../../store/doubt-claimed.ts";
import { doubtClaimed } from "../../store/doubt-claimed.ts";
import { doubtRepeats } from "../../store/doubt-repeats.ts";
import type { Unprepared } from "../../store/except-unprepared.ts";
import { exceptUnprepared } from "../../store/except-unprepared.ts";
import { findReleasable } from "../../store/find-releasable.ts";
import type { SerialGroup } from "../../store/find-serial-blocks.ts";
import { findSerialBlocks } from "../../store/find-serial-blocks.ts";
import { holdLane } from "../../store/hold-lane.ts";
import { insertAttempts } from "../../store/insert-attempts.ts";
import { leaseTokens } from "../../store/lease-tokens.ts";
import { pauseBudget } from "../../store/pause-budget.ts";
import {
  readClaimedEvents,
  readLastSends,
  readLinks,
  readTwinSends,
} from "../../store/read-claimed.ts";
import { recordLateOutcomes } from "../../store/record-late-outcomes.ts";
import { recordOutcomes } from "../../store/record-outcomes.ts";
import type { HeadKey } from "../../store/release-handoffs.ts";
import type { Seat } from "../../store/take-lane.ts";
import type { Material, ReadyCall } from "./build-attempts.ts";
import { buildAsk, buildProbe, buildSend, foreign, SEND_BY_MS } from "./build-attempts.ts";
import { callKeyOf } from "./call-key.ts";
import { MARKER_AGE_MS } from "./epoch-guard.ts";
import { keepSeat } from "./keep-seat.ts";
import type { LaneBudget, LaneContext } from "./lane-context.ts";
import type { Finished } from "./make-calls.ts";
import { makeCalls, settlementRow } from "./make-calls.ts";

export interface DrainState {
  /** Estimate of the median answer time, milliseconds; learnt as calls are made. */
  medianMs: number | undefined;
}

export interface Cycle {
  readonly claimed: number;
  readonly fenceLost: boolean;
  /** The claim was as large as allowed: more may be ready. */
  readonly full: boolean;
  /** Something was left alone because another seat has a call of its serial group in flight. */
  readonly blocked?: boolean;
  /** For how long nothing can be claimed, milliseconds: sending is off, or the budget is paused. */
  readonly closedMs?: number;
}

/**
 * One cycle: records what the last one brought, claims, sends. Without `claimMore` it only records:
 * the last cycle of a seat that stops.
 */
export async function drainCycle(
  lane: LaneContext,
  budget: LaneBudget,
  seat: Seat,
  state: DrainState,
  finished: readonly Finished[],
  claimMore: boolean,
): Promise<Cycle & { readonly finished: Finished[] }> {
  const limit = claimMore ? claimLimit(budget, state) : 0;
  // Counted from before the transaction begins, as the ledger's send_by is: a process that stands
  // still between commit and first byte must find its time over.
  const begun = lane.clock.monotonic();
  const startBy = begun + SEND_BY_MS;
  let claim: Claim;
  try {
    claim = await exchange(lane, budget, seat, finished, limit);
  } catch (cause) {
    if (!isTieoutError(cause, "E_STORE_FENCE_LOST")) throw cause;
    if (finished.length > 0) {
      const callKey = await callKeyOf(lane);
      await recordLateOutcomes(
        lane.pool,
        finished.map((one) => settlementRow(lane, one, callKey)),
      );
    }
    return { claimed: 0, fenceLost: true, full: false, finished: [] };
  }
  lane.crash("after-claim");
  const [done] = await Promise.all([
    keepSeat(lane, seat, begun, (lost) => makeCalls(lane, claim.calls, { startBy, lost })),
    releaseFreed(lane, claim),
  ]);
  for (const one of done) {
    if (one.ready.kind === "send") state.medianMs = nextMedian(state.medianMs, one.durationMs);
  }
  lane.crash("before-record");
  return {
    claimed: claim.claimed,
    fenceLost: false,
    full: limit > 0 && claim.claimed >= limit,
    blocked: claim.blocked,
    closedMs: claim.closedMs,
    finished: done,
  };
}

/**
 * Looked for after the commit: what came while we recorded saw no link, and we would not see it
 * from within. Whoever of the two commits last finds the other. A failure is the sweeper's.
 */
async function releaseFreed(lane: LaneContext, { freed, linked }: Claim): Promise<void> {
  if (freed.length + linked.length === 0) return;
  try {
    lane.release(await findReleasable(lane.pool, freed, linked));
  } catch (thrown) {
    lane.log.warn({ reason: messageOf(thrown) }, "what may go now is left to the sweeper");
  }
}

/** One at a time where nothing but probing guards: what a crash leaves in doubt settles slowly. */
function claimLimit(budget: LaneBudget, state: DrainState): number {
  const guards = [...budget.targets.values()].flatMap((target) =>
    Object.values(target.operations).map((spec) => spec.guard),
  );
  const probing = guards.every((guard) => guard === "probe");
  return claimSize(state.medianMs, probing ? "probe" : "external-id");
}

interface Claim {
  readonly calls: readonly ReadyCall[];
  readonly claimed: number;
  /** Objects whose own next handoff may go, where there is one. */
  readonly freed: readonly HeadKey[];
  /** Objects that have an id in the target now, for which others may have waited. */
  readonly linked: readonly HeadKey[];
  readonly blocked: boolean;
  readonly closedMs: number;
}

async function exchange(
  lane: LaneContext,
  budget: LaneBudget,
  seat: Seat,
  finished: readonly Finished[],
  limit: number,
): Promise<Claim> {
  const callKey = await callKeyOf(lane);
  const rows = finished.map((one) => settlementRow(lane, one, callKey));
  return inClaimTransaction(lane.pool, async (session) => {
    const { restored, closedMs } = await holdLane(session, seat);
    const freed: HeadKey[] = [];
    const linked: HeadKey[] = [];
    if (rows.length > 0) {
      const moved = await recordOutcomes(session, seat, rows);
      for (const { target, link, handoffId } of rows) {
        if (link !== undefined && moved.has(handoffId))
          linked.push({ target, object: link.object });
      }
      freed.push(...rows.filter((r) => r.ordered && FREES.has(r.to)));
      await pauseIfTold(session, seat, finished);
    }
    const nothing = { calls: [], claimed: 0, freed, linked, blocked: false, closedMs };
    if (closedMs > 0) return nothing;
    const metered = budget.ratePerSecond !== undefined && limit > 0;
    const tokens = metered ? await leaseTokens(session, budget.name, limit) : limit;
    if (tokens === 0) return nothing;
    const doubts = await claimDoubts(session, seat, tokens);
    const room = tokens - doubts.length;
    const lowestFirst = isReservedSeat(seat.seat, budget.concurrency);
    const blocked = await findSerialBlocks(session, seat.budget, serialGroups(budget));
    const wishes = { lowestFirst, blocked };
    const ready = room > 0 ? await claimHandoffs(session, seat, room, wishes) : [];
    const isBlocked = blocked.length > 0;
    if (doubts.length + ready.length === 0) return { ...nothing, blocked: isBlocked };
    const { calls, lacks } = await prepare(lane, budget, session, { doubts, ready, restored });
    if (calls.length > 0)
      await insertAttempts(
        session,
        seat,
        calls.map((one) => one.attempt),
      );
    await exceptUnprepared(session, lacks);
    freed.push(...headsOf(lacks, [...doubts, ...ready]));
    const claimed = doubts.length + ready.length;
    return { calls, claimed, freed, linked, blocked: isBlocked, closedMs };
  });
}

/** An exception frees its object too: a newer state that waits behind it takes its place. */
const FREES: ReadonlySet<string> = new Set(["confirmed", "excepted"]);

function headsOf(lacks: readonly Unprepared[], claimed: readonly ClaimedHandoff[]): HeadKey[] {
  const ids = new Set(lacks.map(({ handoffId }) => handoffId));
  return claimed.filter(({ id, ordered }) => ordered && ids.has(id));
}

/** Operations that line up for one thing, by connection and the thing's name. */
function serialGroups(budget: LaneBudget): SerialGroup[] {
  const groups = new Map<string, string[]>();
  for (const target of budget.targets.values()) {
    for (const { name, serial } of Object.values(target.operations)) {
      if (serial === undefined) continue;
      const group = `${target.connection} ${serial}`;
      groups.set(group, [...(groups.get(group) ?? []), `${target.connection} ${name}`]);
    }
  }
  return [...groups].map(([name, operations]) => ({ name, operations }));
}

async function pauseIfTold(
  session: Session,
  seat: Seat,
  finished: readonly Finished[],
): Promise<void> {
  for (const { settlement } of finished) {
    if (settlement.pauseBudgetMs === undefined) continue;
    await pauseBudget(session, seat.budget, settlement.pauseBudgetMs, settlement.code ?? "");
  }
}

interface Taken {
  readonly doubts: readonly ClaimedHandoff[];
  readonly ready: readonly ClaimedHandoff[];
  readonly restored: RestoredLedger | null;
}

async function prepare(
  lane: LaneContext,
  budget: LaneBudget,
  session: Session,
  taken: Taken,
): Promise<{ calls: ReadyCall[]; lacks: Unprepared[] }> {
  const { doubts, ready, restored } = taken;
  const material = await readMaterial(lane, session, doubts, ready);
  const repeated = await doubtRepeats(session, mayBeRepeats(budget, ready, material));
  const built: (ReadyCall | Unprepared)[] = [];
  for (const handoff of doubts) {
    const target = callTarget(budget, handoff.target);
    if (target === undefined) {
      built.push(foreign(lane, handoff));
      continue;
    }
    // Without bytes that ever left: asked for because an earlier instance may have sent it.
    const probe = buildProbe(lane, handoff, target, material);
    built.push(probe ?? buildAsk(lane, handoff, target, material));
  }
  const doubted: DoubtedClaim[] = [];
  for (const handoff of ready) {
    if (repeated.has(handoff.id)) continue;
    const target = callTarget(budget, handoff.target);
    if (target === undefined) built.push(foreign(lane, handoff));
    else if (!mustAsk(restored, handoff, material)) {
      built.push(buildSend(lane, handoff, target, material));
    } else {
      const ask = buildAsk(lane, { ...handoff, probes: handoff.probes + 1 }, target, material);
      const waitMs = "call" in ask ? askWaitMs(restored, ask) : 0;
      if ("call" in ask) doubted.push({ handoffId: handoff.id, waitMs });
      if (waitMs === 0) built.push(ask);
    }
  }
  await doubtClaimed(session, doubted);
  return {
    calls: built.flatMap((one) => ("call" in one ? [one] : [])),
    lacks: built.flatMap((one) => ("call" in one ? [] : [one])),
  };
}

function mustAsk(
  restored: RestoredLedger | null,
  handoff: ClaimedHandoff,
  material: Material,
): boolean {
  const event = material.events.get(handoff.event_id);
  if (restored === null || event === undefined) return false;
  const occurredMs = epochMs(event.occurred_at);
  return mustAskFirst(restored, { askedEpoch: handoff.asked_epoch, occurredMs });
}

function askWaitMs(restored: RestoredLedger | null, ask: ReadyCall): number {
  if (restored === null) return 0;
  const settlesMs = settleWindowMs(ask.spec, ask.target.timeoutMs);
  const settling = { markerAgeMs: MARKER_AGE_MS, sendByMs: SEND_BY_MS, settlesMs };
  return askAfterMs(restored, ask.spec, settling);
}

/**
 * First sends of facts whose object is linked already, where nothing but a look would keep the
 * target from making a second document.
 */
function mayBeRepeats(
  budget: LaneBudget,
  ready: readonly ClaimedHandoff[],
  { links }: Material,
): string[] {
  return ready.flatMap(({ id, target, operation, effect, attempts, object }) => {
    const guard = callTarget(budget, target)?.operations[operation]?.guard;
    const first = effect === "fact" && guard === "probe" && attempts === 1;
    return first && links.has(`${target}\n${object}`) ? [id] : [];
  });
}

function callTarget(budget: LaneBudget, name: string): CallTarget | undefined {
  const target: TargetConnection | undefined = budget.targets.get(name);
  return target?.kind === "call" ? target : undefined;
}

async function readMaterial(
  lane: LaneContext,
  session: Session,
  doubts: readonly ClaimedHandoff[],
  ready: readonly ClaimedHandoff[],
): Promise<Material> {
  const { keyring, hasher } = lane;
  // After a repair attempts are counted anew: what was sent before is known by its last attempt.
  const sentBefore = ({ attempts, last_attempt }: ClaimedHandoff): boolean =>
    attempts > 1 || last_attempt !== null;
  const again = [...doubts, ...ready.filter(sentBefore)];
  const lastSends = await readLastSends(
    session,
    keyring,
    again.map((handoff) => handoff.id),
  );
  const unsent = doubts.filter((handoff) => !lastSends.has(handoff.id));
  const twins = await readTwinSends(
    session,
    keyring,
    unsent.map((handoff) => handoff.id),
  );
  const sends = new Map([...lastSends, ...twins]);
  const fresh = [...ready, ...unsent.filter((handoff) => !sends.has(handoff.id))];
  const events = await readClaimedEvents(
    session,
    keyring,
    hasher,
    fresh.map((handoff) => handoff.event_id),
  );
  const wanted = fresh.flatMap((handoff) => {
    const event = events.get(handoff.event_id);
    if (event === undefined) return [];
    const refs = JSON.parse(event.refs) as { key: string }[];
    return [event.subject, ...refs.map((ref) => ref.key)].map((object) => ({
      target: handoff.target,
      object,
    }));
  });
  const links = await readLinks(
    session,
    wanted.map((w) => w.target),
    wanted.map((w) => w.object),
  );
  const { digest } = await keyring.secrets();
  return { events, links, lastSends: sends, callKey: await callKeyOf(lane), digest };
}
