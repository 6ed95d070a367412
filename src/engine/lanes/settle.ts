/**
 * What follows from an answer or a probe: the one place where an outcome becomes an event of the
 * state table, a wait, a link or an exception. Pure; the caller records what it says.
 */
import type { OperationSpec, Outcome, ProbeResult } from "../../connectors/kit/target.ts";
import { parseObjectKey } from "../../contracts/envelope.ts";
import type { HandoffEvent, HandoffState } from "../../handoffs/states.ts";
import { transition } from "../../handoffs/states.ts";
import { backoffMs } from "../../kernel/backoff.ts";
import type { Random } from "../../kernel/random.ts";
import { laneErrors } from "./errors.ts";

export type CallResult =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  /** The target said done and what it kept differs from what was sent. */
  | { readonly kind: "kept-otherwise"; readonly externalId: string; readonly probe: ProbeResult }
  /** Refused, but an earlier request under the same name may still take effect. */
  | {
      readonly kind: "in-doubt-still";
      readonly outcome: Extract<Outcome, { class: "unknown" }>;
      readonly waitMs: number;
    }
  | { readonly kind: "not-started" }
  | { readonly kind: "probe"; readonly probe: ProbeResult; readonly doubt?: Doubt | undefined };

/** A send that was never answered, or not so that anybody knows what came of it. */
export interface Doubt {
  /** Milliseconds until it must have settled; 0 when it has. */
  readonly settlesMs: number;
  /** What was made of its answer, where there was one. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

export interface Subject {
  readonly object: string;
  readonly target: string;
  readonly operation: string;
  readonly reference: string;
  readonly attempts: number;
  readonly probes: number;
}

/** An operation with its settle window: from the end of a call until "absent" is to be believed. */
export interface SettlingSpec extends OperationSpec {
  readonly settlesMs: number;
}

export interface Settlement {
  readonly event: HandoffEvent;
  readonly to: HandoffState;
  readonly reason: string | undefined;
  readonly notBeforeMs: number | undefined;
  readonly link: { object: string; externalId: string; number: string | undefined } | undefined;
  readonly outcomeClass: string;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly exception:
    | { cause: string; code: string; title: string; message: string; ownerRole: string }
    | undefined;
  /** Milliseconds for which the whole budget should rest. */
  readonly pauseBudgetMs: number | undefined;
}

/** After so many definite "not now" answers about one handoff a person should look. */
const MOST_ATTEMPTS = 40;
/**
 * After so many sends, each without a telling answer and each found to have done nothing, a person
 * should look, so that an answer that will always be the same is not sent for ever. A dozen take
 * six to eight minutes of waits. Where each waits out a window, so many as fill ten minutes; but
 * three, for two may be chance.
 */
export const MOST_IN_VAIN = 12;
const LEAST_IN_VAIN = 3;
const IN_VAIN_MS = 600_000;
/** After so many probes that told nothing a person should look; the last ones are minutes apart. */
export const MOST_PROBES = 30;
const RETRY = { baseMs: 500, capMs: 300_000 };
const PROBE = { baseMs: 400, capMs: 120_000 };
/** Minutes until a person is asked for a step that stays undone; most are done by the next try. */
const UNFINISHED = { baseMs: 500, capMs: 5000 };

interface Draft {
  readonly event: HandoffEvent;
  readonly outcomeClass: string;
  readonly reason?: string;
  readonly code?: string;
  readonly message?: string;
  readonly notBeforeMs?: number;
  readonly link?: Settlement["link"];
  readonly exception?: Settlement["exception"];
  readonly pauseBudgetMs?: number;
}

export function settle(
  from: HandoffState,
  subject: Subject,
  spec: SettlingSpec,
  result: CallResult,
  random: Random,
): Settlement {
  const draft = draftOf(subject, spec, result, random);
  return {
    event: draft.event,
    to: transition(from, draft.event),
    reason: draft.reason,
    notBeforeMs: draft.notBeforeMs,
    link: draft.link,
    outcomeClass: draft.outcomeClass,
    code: draft.code,
    message: draft.message,
    exception: draft.exception,
    pauseBudgetMs: draft.pauseBudgetMs,
  };
}

function draftOf(subject: Subject, spec: SettlingSpec, result: CallResult, random: Random): Draft {
  switch (result.kind) {
    case "not-started":
      return { event: "not-started", outcomeClass: "not-started" };
    case "outcome":
      return ofOutcome(subject, spec, result.outcome, random);
    case "in-doubt-still": {
      const { code, message } = result.outcome;
      const notBeforeMs = result.waitMs;
      return { event: "lost", outcomeClass: "refused", reason: code, code, message, notBeforeMs };
    }
    case "kept-otherwise":
      return keptOtherwise(subject, result.externalId, result.probe, random);
    case "probe":
      return ofProbe(subject, spec, result, random);
  }
}

function ofOutcome(subject: Subject, spec: SettlingSpec, outcome: Outcome, random: Random): Draft {
  switch (outcome.class) {
    case "done":
      return {
        event: "done",
        outcomeClass: "done",
        link: linkOf(subject, spec, outcome.externalId, outcome.number),
      };
    case "accepted":
      return { event: "accepted", outcomeClass: "accepted", reason: `job ${outcome.job}` };
    case "later":
      return ofLater(subject, outcome, random);
    case "refused": {
      const { code, message } = outcome;
      const exception = caseOf(subject, code, outcome.cause, message);
      return { event: "refused", outcomeClass: "refused", reason: code, code, message, exception };
    }
    case "unknown": {
      const { code, message } = outcome;
      const notBeforeMs = firstProbeMs(spec, subject, random);
      return { event: "lost", outcomeClass: "unknown", reason: code, code, message, notBeforeMs };
    }
  }
}

type Later = Extract<Outcome, { class: "later" }>;

function ofLater(subject: Subject, outcome: Later, random: Random): Draft {
  const { code, message } = outcome;
  const wholeBudget = outcome.pauses === "budget";
  if (!wholeBudget && subject.attempts >= MOST_ATTEMPTS) {
    const exception = caseOf(subject, code, `still ${code}`, message);
    return { event: "refused", outcomeClass: "refused", reason: code, code, message, exception };
  }
  const wait = Math.max(
    outcome.afterMs,
    wholeBudget ? 0 : backoffMs(RETRY, subject.attempts, random),
  );
  const draft: Draft = {
    event: "refused-for-now",
    outcomeClass: "later",
    reason: code,
    code,
    message,
    // Spread over half as much again, so that what was refused together does not return together.
    notBeforeMs: wait * (1 + random.unit() / 2),
  };
  return wholeBudget ? { ...draft, pauseBudgetMs: outcome.afterMs } : draft;
}

/**
 * When to ask for the first time. Facts under `key` or `external-id` may be asked for at once: a
 * first request that takes effect late meets the same reference. Anything else must be left to
 * settle, or "absent" would not mean absent, and a late old state would overwrite a newer one.
 */
function firstProbeMs(spec: SettlingSpec, subject: Subject, random: Random): number {
  return backoffMs(PROBE, subject.probes + 1, random) + windowBefore(spec);
}

function windowBefore(spec: SettlingSpec): number {
  return spec.effect === "fact" && spec.guard !== "probe" ? 0 : spec.settlesMs;
}

type Probed = Extract<CallResult, { kind: "probe" }>;

function ofProbe(
  subject: Subject,
  spec: SettlingSpec,
  { probe, doubt }: Probed,
  random: Random,
): Draft {
  switch (probe.kind) {
    case "absent":
      return ofAbsent(subject, spec, doubt, "probe-absent");
    case "found":
      return ofFound(subject, spec, probe, doubt);
    case "unfinished":
      return ofUnfinished(subject, probe);
    case "several": {
      const ids = probe.externalIds.join(", ");
      const message = `${subject.target} holds several documents under ${subject.reference}: ${ids}. Keep one and void the others, then retry.`;
      const code = "E_LANE_SEVERAL_DOCUMENTS";
      const exception = caseOf(subject, code, "several documents", message);
      return { event: "found-different", outcomeClass: "probe-several", code, message, exception };
    }
    case "failed": {
      const { code, message } = probe;
      if (subject.probes >= MOST_PROBES) {
        const exception = caseOf(subject, "E_LANE_STILL_UNKNOWN", code, message);
        return { event: "gave-up", outcomeClass: "probe-failed", code, message, exception };
      }
      const notBeforeMs = backoffMs(PROBE, subject.probes + 1, random);
      return { event: "probe-failed", outcomeClass: "probe-failed", code, message, notBeforeMs };
    }
  }
}

/**
 * Not there, or there in an older form: sent again. Many times in vain, it is given up; but only
 * once the last send must have settled, so that whoever decides then knows that nothing is there.
 * Sends and questions both count: a burst of "not now", or questions that failed for a while, are
 * no such sends.
 */
function ofAbsent(
  subject: Subject,
  spec: SettlingSpec,
  doubt: Doubt | undefined,
  outcomeClass: "probe-absent" | "probe-older",
): Draft {
  const { attempts, probes, target, reference } = subject;
  const inVain = doubt !== undefined && Math.min(attempts, probes) >= mostInVain(spec);
  if (!inVain) return { event: "found-absent", outcomeClass };
  if (doubt.settlesMs > 0) {
    return { event: "probe-failed", outcomeClass, notBeforeMs: doubt.settlesMs + 500 };
  }
  const said = doubt.code ?? "E_LANE_NO_ANSWER";
  const { code, message } = laneErrors.E_LANE_SENT_IN_VAIN({
    target,
    reference,
    times: attempts,
    said: doubt.message === undefined ? said : `${said}: ${doubt.message}`,
  });
  const exception = caseOf(subject, code, said, message);
  return { event: "gave-up", outcomeClass, reason: said, code, message, exception };
}

function mostInVain(spec: SettlingSpec): number {
  const rounds = Math.ceil(IN_VAIN_MS / Math.max(1, windowBefore(spec)));
  return Math.max(LEAST_IN_VAIN, Math.min(MOST_IN_VAIN, rounds));
}

/**
 * Ours, and a step lacks: sent again at once, under the same key and with the same bytes. That is
 * safe because a probe of such an operation is made after the settle window only, and because the
 * request looks for the reference before it creates.
 */
function ofUnfinished(
  subject: Subject,
  probe: Extract<ProbeResult, { kind: "unfinished" }>,
): Draft {
  const outcomeClass = "probe-unfinished";
  if (subject.attempts < MOST_ATTEMPTS) return { event: "found-absent", outcomeClass };
  const { code, message, exception } = differs(subject, { ...probe, kind: "found" });
  return { event: "found-different", outcomeClass, code, message, exception };
}

type Found = Extract<ProbeResult, { kind: "found" }>;

/** A state that differs is an older one of ours: as good as absent, the newest is sent again. */
function ofFound(
  subject: Subject,
  spec: SettlingSpec,
  probe: Found,
  doubt: Doubt | undefined,
): Draft {
  if (probe.differences.length === 0) {
    const link = linkOf(subject, spec, probe.externalId, probe.number);
    return { event: "found-equal", outcomeClass: "adopted", link };
  }
  if (spec.effect === "state") return ofAbsent(subject, spec, doubt, "probe-older");
  const { code, message, exception } = differs(subject, probe);
  return { event: "found-different", outcomeClass: "probe-different", code, message, exception };
}

/**
 * Done, says the target, and a step lacks. Several documents may have a step in common (what pays
 * one invoice closes it together), and another one came between our step and our look. The answer
 * was complete, so nothing of ours is still running: the same request goes again and completes it.
 */
function stepLacks(subject: Subject, probe: Unfinished, random: Random): Draft {
  const { target, reference, attempts } = subject;
  const fields = probe.differences.map(({ field, theirs }) => `${field}: ${theirs}`).join("; ");
  return {
    event: "refused-for-now",
    outcomeClass: "unfinished",
    reason: "E_LANE_STEP_LACKS",
    code: "E_LANE_STEP_LACKS",
    message: `${target} holds ${probe.externalId} under ${reference}, and a step lacks: ${fields}.`,
    notBeforeMs: backoffMs(UNFINISHED, attempts, random),
  };
}

type Unfinished = Extract<ProbeResult, { kind: "unfinished" }>;

function keptOtherwise(
  subject: Subject,
  externalId: string,
  probe: ProbeResult,
  random: Random,
): Draft {
  if (probe.kind === "unfinished" && subject.attempts < MOST_ATTEMPTS) {
    return stepLacks(subject, probe, random);
  }
  const found: Found =
    probe.kind === "found" || probe.kind === "unfinished"
      ? { ...probe, kind: "found" }
      : { kind: "found", externalId, differences: [] };
  const { code, message, exception } = differs(subject, found);
  return {
    event: "refused",
    outcomeClass: "kept-otherwise",
    reason: code,
    code,
    message,
    exception,
  };
}

function differs(
  subject: Subject,
  probe: Found,
): { code: string; message: string; exception: NonNullable<Settlement["exception"]> } {
  const fields = probe.differences.map((d) => `${d.field}: ours ${d.ours}, theirs ${d.theirs}`);
  const message = `${subject.target} holds ${probe.externalId} under ${subject.reference}, and it differs: ${fields.join("; ")}.`;
  const code = "E_LANE_DOCUMENT_DIFFERS";
  const names = probe.differences.map((d) => d.field.replace(/\d+/g, "n")).sort();
  const exception = caseOf(subject, code, `differs in ${[...new Set(names)].join(", ")}`, message);
  return { code, message, exception };
}

function linkOf(
  subject: Subject,
  spec: OperationSpec,
  externalId: string,
  number: string | undefined,
): NonNullable<Settlement["link"]> {
  return { object: linkKeyOf(subject.object, subject.operation, spec.entity), externalId, number };
}

/**
 * The key under which a confirmation is linked. A document that an operation makes beside its
 * subject (the credit memo that voids an invoice) must not take the subject's own link.
 */
export function linkKeyOf(object: string, operation: string, entity: string): string {
  return parseObjectKey(object).entity === entity ? object : `${object}#${operation}`;
}

function caseOf(
  subject: Subject,
  code: string,
  cause: string,
  message: string,
): NonNullable<Settlement["exception"]> {
  return {
    cause: `${subject.target} ${code} ${cause}`,
    code,
    title: `${subject.target}: ${cause}`,
    message,
    ownerRole: "analyst",
  };
}
