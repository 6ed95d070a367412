/** From claimed handoffs to attempts: requests are built, hashed and written before they leave. */
import type {
  ApplyContext,
  CallTarget,
  OperationSpec,
  PreparedCall,
} from "../../connectors/kit/target.ts";
import { sendKeyOf } from "../../handoffs/reference.ts";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { messageOf } from "../../kernel/errors.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { sealBody } from "../../store/bodies.ts";
import type { ClaimedHandoff } from "../../store/claim-handoffs.ts";
import type { Unprepared } from "../../store/except-unprepared.ts";
import type { AttemptRow } from "../../store/insert-attempts.ts";
import type { DataKey, LedgerSecrets } from "../../store/keyring.ts";
import type { ClaimedEvent, LastSend } from "../../store/read-claimed.ts";
import { laneErrors } from "./errors.ts";
import type { LaneContext } from "./lane-context.ts";
import type { Doubt } from "./settle.ts";

/** A claimed handoff may wait for its turn in the claim; later than this it must not begin. */
export const SEND_BY_MS = 10_000;

/** What building takes of a lane; a plan of what would be sent builds with the same. */
export type Building = Pick<LaneContext, "clock" | "random" | "hasher" | "keyring">;

export interface ReadyCall {
  readonly handoff: ClaimedHandoff;
  readonly target: CallTarget;
  readonly spec: OperationSpec;
  readonly call: PreparedCall;
  readonly attempt: AttemptRow;
  readonly kind: "send" | "probe";
  /** Of an earlier send of the handoff that nobody gave a telling answer to. */
  readonly doubt: Doubt | undefined;
}

export interface Told {
  readonly events: ReadonlyMap<string, ClaimedEvent>;
  readonly links: ReadonlyMap<string, string>;
}

export interface Material extends Told {
  readonly lastSends: ReadonlyMap<string, LastSend>;
  /** Under which today's requests and answers are ciphered; undefined where nothing is. */
  readonly callKey: DataKey | undefined;
  readonly digest: LedgerSecrets["digest"];
}

const utf8 = new TextDecoder();

/** The context of an event as connectors see it. Throws E_STORE_BODY_CHANGED. */
export function contextOf(handoff: ClaimedHandoff, material: Told): ApplyContext {
  const event = material.events.get(handoff.event_id);
  if (event === undefined) throw new Error(`event ${handoff.event_id} is missing`);
  const links = linksOf(event, handoff.target, material.links);
  return {
    operation: handoff.operation,
    reference: handoff.reference,
    links,
    event: {
      id: event.id,
      type: event.type,
      subject: event.subject,
      occurred: event.occurred_at,
      version: event.version,
      correlationId: event.correlation_id,
      legalEntity: event.legal_entity ?? undefined,
      data: event.content(),
    },
  };
}

function linksOf(
  event: ClaimedEvent,
  target: string,
  known: Told["links"],
): ReadonlyMap<string, string> {
  // A bulk target has none, and reading the references of thousands of events is not free.
  if (known.size === 0) return known;
  const refs = JSON.parse(event.refs) as { key: string }[];
  const links = new Map<string, string>();
  for (const key of [event.subject, ...refs.map((ref) => ref.key)]) {
    const externalId = known.get(`${target}\n${key}`);
    if (externalId !== undefined) links.set(key, externalId);
  }
  return links;
}

/**
 * Builds the send of one handoff. A send key carries one request: bytes that were sent under it are
 * sent again as they were, whatever a mapping says by now.
 */
export function buildSend(
  lane: Building,
  handoff: ClaimedHandoff,
  target: CallTarget,
  material: Material,
): ReadyCall | Unprepared {
  const spec = target.operations[handoff.operation];
  const event = material.events.get(handoff.event_id);
  if (spec === undefined || event === undefined) {
    return lacking(lane, handoff, "E_LANE_PREPARE_FAILED", "operation", "not offered any more");
  }
  const { reference, generation } = handoff;
  const { effect } = spec;
  const last = material.lastSends.get(handoff.id);
  let sendKey: string;
  let call: PreparedCall;
  try {
    sendKey = sendKeyOf({ reference, generation, effect, contentHash: event.contentHash });
    if (last !== undefined && last.send_key === sendKey) {
      if (last.request === undefined) return forgotten(lane, handoff);
      call = JSON.parse(utf8.decode(last.request)) as PreparedCall;
    } else {
      const prepared = target.prepare(contextOf(handoff, material));
      if (!prepared.ok) {
        const { code, cause, message } = prepared.lack;
        return lacking(lane, handoff, code, cause, message);
      }
      call = prepared.call;
    }
  } catch (thrown) {
    const { operation } = handoff;
    const error = laneErrors.E_LANE_PREPARE_FAILED({ operation, reason: messageOf(thrown) });
    return lacking(lane, handoff, error.code, operation, error.message);
  }
  const planned = { handoff, target, spec, call, kind: "send" as const, doubt: doubtOf(last) };
  return withAttempt(lane, material, planned, sendKey);
}

/**
 * Asks for what this ledger would send and never did: an earlier instance of it may have. Built as
 * a send is, from the newest bytes, and kept with them: no send before it has them.
 */
export function buildAsk(
  lane: Building,
  handoff: ClaimedHandoff,
  target: CallTarget,
  material: Material,
): ReadyCall | Unprepared {
  const send = buildSend(lane, handoff, target, material);
  if (!("call" in send)) return send;
  const attempt = { ...send.attempt, kind: "probe" as const, number: handoff.probes };
  return { ...send, kind: "probe", attempt };
}

/** The probe of a handoff in doubt: looks for the effect of the last bytes that were sent. */
export function buildProbe(
  lane: Building,
  handoff: ClaimedHandoff,
  target: CallTarget,
  material: Material,
): ReadyCall | Unprepared | undefined {
  const spec = target.operations[handoff.operation];
  const last = material.lastSends.get(handoff.id);
  if (spec === undefined || last === undefined) return undefined;
  if (last.request === undefined) return forgotten(lane, handoff);
  const call = JSON.parse(utf8.decode(last.request)) as PreparedCall;
  const planned = { handoff, target, spec, call, kind: "probe" as const, doubt: doubtOf(last) };
  return withAttempt(lane, material, planned, last.send_key);
}

function doubtOf(last: LastSend | undefined): Doubt | undefined {
  if (last === undefined || last.doubt_ms === null) return undefined;
  const settlesMs = Math.max(0, last.doubt_ms);
  return {
    settlesMs,
    code: last.doubt_code ?? undefined,
    message: last.doubt_message ?? undefined,
  };
}

function withAttempt(
  lane: Building,
  material: Material,
  planned: Omit<ReadyCall, "attempt">,
  sendKey: string,
): ReadyCall {
  const { handoff, target, spec, kind, call } = planned;
  const request = new TextEncoder().encode(canonicalJson(call as unknown as Json));
  const requestHash = material.digest(lane.hasher.sha256(request));
  const id = uuidV7(lane.clock, lane.random);
  const kept =
    kind === "send"
      ? sealBody(lane.keyring, material.callKey, "attempt", id, request)
      : { bytes: undefined, keyId: null };
  const { reference } = handoff;
  const settlesMs = SEND_BY_MS + target.timeoutMs + spec.longestRunMs + spec.indexLagMs;
  const number = kind === "send" ? handoff.attempts : handoff.probes;
  const attempt: AttemptRow = {
    id,
    handoffId: handoff.id,
    batch: undefined,
    kind,
    number,
    reference,
    sendKey,
    guard: spec.guard,
    requestHash,
    // A probe looks for the bytes of the send before it; they are not kept twice.
    request: kept.bytes,
    keyId: kept.keyId,
    sendByMs: SEND_BY_MS,
    settlesMs,
    rowHash: lane.hasher.sha256(kept.bytes ?? ""),
    effect:
      kind === "send"
        ? { target: handoff.target, object: handoff.object, operation: handoff.operation }
        : undefined,
  };
  return { ...planned, attempt };
}

/** What it sent is kept no longer, so it can neither be looked for nor sent again. */
function forgotten(lane: Building, handoff: ClaimedHandoff): Unprepared {
  const error = laneErrors.E_LANE_REQUEST_GONE({ reference: handoff.reference });
  return lacking(lane, handoff, error.code, "request kept no longer", error.message);
}

/** A handoff to a target that this hub's configuration does not hold. */
export function foreign(lane: Building, handoff: ClaimedHandoff): Unprepared {
  const error = laneErrors.E_LANE_TARGET_UNKNOWN({ target: handoff.target });
  return lacking(lane, handoff, error.code, "not a declared connection", error.message);
}

function lacking(
  lane: Building,
  handoff: ClaimedHandoff,
  code: string,
  cause: string,
  message: string,
): Unprepared {
  return {
    handoffId: handoff.id,
    caseId: uuidV7(lane.clock, lane.random),
    cause: `${handoff.target} ${code} ${cause}`,
    code,
    title: `${handoff.target}: ${cause}`,
    message,
  };
}
