/**
 * The account's concurrency governance: so many requests in flight, not so many a second. Other
 * tools of the company sit in the same seats.
 *
 * seats     the account's limit
 * foreign   seats that other tools hold right now; drawn anew at random at every arrival, at most
 *           once in `foreignChangeMs`
 */
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { integerBetween } from "../../kernel/random.ts";

export interface ForeignSeats {
  readonly min: number;
  readonly max: number;
  readonly changeMs: number;
}

export interface SeatGate {
  seats: number;
  foreign: ForeignSeats;
  readonly inFlight: number;
  /** Highest number of seats taken at once, those of other tools not counted. */
  readonly peak: number;
  /** Seats that other tools hold now. */
  readonly foreignNow: number;
  /** Takes a seat; false when all are taken. */
  enter(): boolean;
  leave(): void;
}

export function createSeatGate(seats: number, random: Random, clock: Clock): SeatGate {
  let inFlight = 0;
  let peak = 0;
  let foreignNow = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawnFrom: ForeignSeats | undefined;
  const draw = (foreign: ForeignSeats) => {
    const now = clock.monotonic();
    if (foreign === drawnFrom && now - drawnAt < foreign.changeMs) return;
    foreignNow = integerBetween(random, foreign.min, foreign.max);
    drawnAt = now;
    drawnFrom = foreign;
  };
  return {
    seats,
    foreign: { min: 0, max: 0, changeMs: 0 },
    get inFlight() {
      return inFlight;
    },
    get peak() {
      return peak;
    },
    get foreignNow() {
      return foreignNow;
    },
    enter() {
      draw(this.foreign);
      if (inFlight + foreignNow >= this.seats) return false;
      inFlight += 1;
      if (inFlight > peak) peak = inFlight;
      return true;
    },
    leave() {
      inFlight -= 1;
    },
  };
}
