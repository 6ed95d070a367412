/**
 * Lives of one ledger: what a restored copy may do, and which of two copies may send.
 *
 * epoch      rises with every restore; sending is off from then until a person confirms
 * instance   one copy of the ledger; two restored from one backup share an epoch, not an instance
 * marker     a record in a target that names the instance that may send there
 * ask first  what an earlier instance may have sent is asked for in the target before it is sent
 */

export interface Life {
  readonly epoch: number;
  readonly instance: string;
}

export type MarkerVerdict =
  /** The marker names us. */
  | "ours"
  /** There is none, or an earlier life's: ours is to be written. */
  | "to-be-written"
  /** Another instance may send and we may not. */
  | "fenced";

/** Who may send, by the marker that was found. An equal epoch of another instance wins over us. */
export function judgeMarker(ours: Life, found: Life | undefined): MarkerVerdict {
  if (found === undefined || found.epoch < ours.epoch) return "to-be-written";
  return found.epoch === ours.epoch && found.instance === ours.instance ? "ours" : "fenced";
}

/** The epoch with which `ours` takes over from every life that the markers name. */
export function epochAbove(ours: Life, found: readonly Life[]): number {
  const others = found.filter((one) => judgeMarker(ours, one) === "fenced");
  return Math.max(ours.epoch, ...others.map((one) => one.epoch + 1));
}

export interface RestoredLedger {
  readonly epoch: number;
  /** Events up to this moment may have been sent by an earlier instance; epoch milliseconds. */
  readonly askBeforeMs: number;
  /** Since a person said that the original is dead. */
  readonly confirmedForMs: number;
}

/** True when the target must be asked what it holds before this is sent. */
export function mustAskFirst(
  restored: RestoredLedger,
  handoff: { readonly askedEpoch: number | null; readonly occurredMs: number },
): boolean {
  if ((handoff.askedEpoch ?? 0) >= restored.epoch) return false;
  return handoff.occurredMs <= restored.askBeforeMs;
}

/**
 * How long to wait with asking, milliseconds. A fact that the target knows by our reference may be
 * asked for at once, as after any doubt. For everything else "absent" is proof only once nothing of
 * the earlier instance can still be under way: it may have begun a call `sendByMs` after its last
 * look at the marker.
 */
export function askAfterMs(
  restored: RestoredLedger,
  spec: { readonly effect: "fact" | "state"; readonly guard: "key" | "external-id" | "probe" },
  settling: { readonly markerAgeMs: number; readonly sendByMs: number; readonly settlesMs: number },
): number {
  if (spec.effect === "fact" && spec.guard !== "probe") return 0;
  const settledAfter = settling.markerAgeMs + settling.sendByMs + settling.settlesMs;
  return Math.max(0, settledAfter - restored.confirmedForMs);
}
