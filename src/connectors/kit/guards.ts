/**
 * The arithmetic of doubt.
 *
 * settle window   from `send_by` until the target's silence about a reference means that nothing
 *                 of ours is there, and nothing of ours is still running
 * unconfirmed     a duration that no document of the vendor gives; it counts double
 */
import type { Guard, OperationSpec } from "./target.ts";

/** A duration we observed or were told, but that the vendor does not document: doubled. */
export function unconfirmed(ms: number): number {
  return ms * 2;
}

/**
 * How long after `send_by` a probe's "absent" is to be believed, milliseconds: our own time-out
 * (a call begun at the last moment), the longest run in the target, the lag of its search.
 */
export function settleWindowMs(
  spec: Pick<OperationSpec, "longestRunMs" | "indexLagMs">,
  timeoutMs: number,
): number {
  return timeoutMs + spec.longestRunMs + spec.indexLagMs;
}

/** The moment from which "absent" is believed, on the clock of `sendByMs`. */
export function absentBelievedFromMs(
  spec: Pick<OperationSpec, "longestRunMs" | "indexLagMs">,
  timeoutMs: number,
  sendByMs: number,
): number {
  return sendByMs + settleWindowMs(spec, timeoutMs);
}

export interface Resend {
  readonly guard: Guard;
  /** The bytes to be sent are those that were sent. */
  readonly sameBytes: boolean;
  /** Since the first send under this send key, and how long the target keeps a key. */
  readonly key?: { readonly ageMs: number; readonly retentionMs: number };
  /** What lies between the two sends. */
  readonly between: "nothing" | "refusal" | "absent-after-settling" | "absent-too-early";
}

/** NoBlindRetry: may this reference be sent again? */
export function mayResend(resend: Resend): boolean {
  if (resend.between === "refusal" || resend.between === "absent-after-settling") return true;
  if (!resend.sameBytes || resend.guard === "probe") return false;
  if (resend.guard === "external-id") return true;
  return resend.key !== undefined && resend.key.ageMs < resend.key.retentionMs;
}
