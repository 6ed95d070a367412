/**
 * Watches the room that the ledger has left, so that intake says no while there is still room for
 * what was taken. A ledger without room loses nothing either, but PostgreSQL then stops as a whole:
 * outcomes of calls that are out could not be recorded, and every target would have to be asked.
 *
 * room       bytes that may still be written: free on the ledger's disk, or left of an allowance
 * refusing   intake answers 503 and sweeps wait; handoffs go on, for they settle what is open
 * pausing    besides, lanes claim nothing more: what is left is for outcomes of calls that are out
 *
 * A state is left only when there is a quarter more room than made us enter it: else each request
 * of a tight minute would hear another answer.
 */
import type { Clock } from "../kernel/clock.ts";
import { intakeErrors } from "./errors.ts";

export interface SpaceLimits {
  readonly refuseBelow: number;
  readonly pauseBelow: number;
}

export type SpaceState = "ok" | "refusing" | "pausing";

export interface Space {
  readonly state: SpaceState;
  /** Undefined where nobody can tell; then only the server's own refusals count. */
  readonly room: number | undefined;
  readonly why: string | undefined;
}

export interface SpaceWatch {
  space(): Space;
  /** Throws E_INTAKE_NO_ROOM, with how many seconds to wait, unless facts may be taken. */
  demand(): void;
  /** False while lanes must claim nothing. */
  mayClaim(): boolean;
  /** A failure of the ledger: "disk full" makes intake refuse for a while. */
  noteFailure(cause: unknown): void;
  /** Looks once. A reading that fails changes nothing. */
  look(): Promise<void>;
}

export interface SpaceWatchOptions {
  readonly clock: Clock;
  readonly limits: SpaceLimits;
  /** Bytes; each that is there is asked, the smallest answer counts. */
  readonly readers: readonly (() => Promise<number | undefined>)[];
  readonly onChange: (space: Space) => void;
}

/** So much more room than its threshold ends a state. */
const ENOUGH_NUMERATOR = 5n;
const ENOUGH_DENOMINATOR = 4n;
/** The server said "disk full": nothing is tried for so long. */
const FULL_MS = 10_000;
/** What senders are told to wait; they come back with more patience than for a busy moment. */
const RETRY_SECONDS = 30;
/** SQLSTATE disk_full; 53000 and its kind are other lacks. */
const DISK_FULL = "53100";

export function makeSpaceWatch(options: SpaceWatchOptions): SpaceWatch {
  const { clock, limits } = options;
  let byRoom: SpaceState = "ok";
  let room: number | undefined;
  let fullUntil = Number.NEGATIVE_INFINITY;
  let told: SpaceState = "ok";

  const space = (): Space => {
    const full = clock.monotonic() < fullUntil;
    const state = full && byRoom === "ok" ? "refusing" : byRoom;
    const byServer = full ? "the server said that its disk is full" : undefined;
    const why = byRoom === "ok" ? byServer : `${mebibytes(room ?? 0)} MiB are left`;
    return { state, room, why };
  };
  const tell = (): void => {
    const now = space();
    if (now.state === told) return;
    told = now.state;
    options.onChange(now);
  };
  return {
    space,
    demand() {
      const { state, why } = space();
      if (state !== "ok") throw intakeErrors.E_INTAKE_NO_ROOM({ why, seconds: RETRY_SECONDS });
    },
    mayClaim: () => space().state !== "pausing",
    noteFailure(cause) {
      if (!isDiskFull(cause)) return;
      fullUntil = clock.monotonic() + FULL_MS;
      tell();
    },
    async look() {
      const answers = await Promise.all(
        options.readers.map((read) => read().catch(() => undefined)),
      );
      const known = answers.filter((one) => one !== undefined);
      if (known.length > 0) {
        room = Math.min(...known);
        byRoom = nextState(byRoom, room, limits);
      }
      tell();
    },
  };
}

/** Pure: what so much room means to whoever was in that state before. */
export function nextState(before: SpaceState, room: number, limits: SpaceLimits): SpaceState {
  const isBelow = (limit: number, inIt: boolean): boolean =>
    BigInt(Math.trunc(room)) * (inIt ? ENOUGH_DENOMINATOR : 1n) <
    BigInt(limit) * (inIt ? ENOUGH_NUMERATOR : 1n);
  if (isBelow(limits.pauseBelow, before === "pausing")) return "pausing";
  if (isBelow(limits.refuseBelow, before !== "ok")) return "refusing";
  return "ok";
}

function isDiskFull(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === DISK_FULL;
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2);
}
