/**
 * What a fault run needs of the books that the company keeps, whichever system they are in.
 *
 * storm     for some seconds nearly every call is turned away
 * outage    the system's own process is killed and started again; not every system's can be
 * sign-out  the session that the hubs use is ended; not every system has one
 */
import type { TargetSetting } from "../../src/app/config.ts";
import type { Evidence } from "../../src/operations/operation.ts";
import type { Call, CallLog } from "../../src/sandbox/kit/calls.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import type { Pool } from "../../src/store/database.ts";
import type { Judgement } from "./oracle.ts";
import type { Schedule, Storm } from "./schedule.ts";
import type { Currency } from "./shop.ts";

export interface BooksUnderFaults {
  /** For people: `NetSuite`. */
  readonly name: string;
  /** The connection, the same for the hubs and for the checks after them. */
  readonly setting: TargetSetting;
  /** The budget's seats. */
  readonly seats: number;
  /** How much slower than on an idle machine it works; what waits for it waits so much longer. */
  readonly pace: number;
  /** Every call since the start, as the system's own front door saw it. */
  readonly calls: CallLog;
  /** Currencies that the company sells in. */
  readonly currencies: readonly Currency[];
  /** From here on calls fail at their rates. */
  begin(schedule: Schedule): void;
  /** Turns calls away with the storm's status, or no longer. */
  turnAway(storm: Storm | undefined): void;
  /** Closes the month `2026-11`, or opens it and whatever was closed with it. */
  shutPeriod(month: string, shut: boolean): Promise<void>;
  /** How often a posting has met a closed period so far. */
  periodRefusals(): number;
  /** Observed all the while; nobody changes anything by hand in a run. */
  readonly watched: boolean;
  /** No more faults. */
  calm(): void;
  /** Resolves when it answers again. */
  readonly outage?: () => Promise<void>;
  readonly signOut?: () => Promise<void>;
  /** Invoices that stand there by now. */
  booked(): Promise<number>;
  /** Stripe's world against what stands there. */
  judge(world: StripeWorld, pool: Pool): Promise<readonly Judgement[]>;
  /**
   * What the product's invariants need to know of the system's side. `observers`: notes of calls
   * that no seat made.
   */
  evidence(calls: readonly Call[], observers: ReadonlySet<string>): Evidence;
  /** How often each fault struck. */
  strikes(calls: readonly Call[]): ReadonlyMap<string, number>;
  close(): Promise<void>;
}
