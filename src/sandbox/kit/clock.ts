/** The sandbox's own wall clock: the injected one, moved by hand. Skew of an outside system. */
import type { Clock } from "../../kernel/clock.ts";

export interface SandboxClock extends Clock {
  /** Milliseconds added to the injected clock. */
  readonly offsetMs: number;
  /** Sets the distance to the injected clock; may be negative. */
  shiftTo(offsetMs: number): void;
  /** Moves the wall clock by so much. */
  advance(ms: number): void;
  /** Makes `now()` return this, and go on from there. */
  setNow(ms: number): void;
}

export function sandboxClock(base: Clock): SandboxClock {
  let offset = 0;
  return {
    now: () => base.now() + offset,
    monotonic: () => base.monotonic(),
    get offsetMs() {
      return offset;
    },
    shiftTo(offsetMs) {
      offset = offsetMs;
    },
    advance(ms) {
      offset += ms;
    },
    setNow(ms) {
      offset = ms - base.now();
    },
  };
}
