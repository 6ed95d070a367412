/**
 * What a lane works with.
 *
 * lane       one concurrency seat of a budget: one call in flight
 * seat       the lane's row: budget, number, and the fence that this holder raised
 * claim      handoffs taken by the seat in one transaction, with their attempts
 * send-by    the moment after which a claimed call must not begin any more
 * crash      a labelled point where a test may end the process; does nothing otherwise
 */
import type { TargetConnection } from "../../connectors/kit/target.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Hasher } from "../../kernel/hashing.ts";
import type { Random } from "../../kernel/random.ts";
import type { Pool } from "../../store/database.ts";
import type { Keyring } from "../../store/keyring.ts";
import type { HeadKey } from "../../store/release-handoffs.ts";
import type { EpochGuard } from "./epoch-guard.ts";

export interface LaneBudget {
  readonly name: string;
  readonly concurrency: number;
  /** Calls a second, or undefined for a budget without a rate. */
  readonly ratePerSecond: number | undefined;
  readonly targets: ReadonlyMap<string, TargetConnection>;
}

export interface LaneLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LaneContext {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly keyring: Keyring;
  readonly log: LaneLog;
  /** This hub's name; holder of the seats it takes. */
  readonly hub: string;
  readonly budgets: ReadonlyMap<string, LaneBudget>;
  readonly release: (keys: readonly HeadKey[]) => void;
  /** More is ready than this seat takes: another seat may start. */
  readonly wakeMore: (budget: string) => void;
  readonly crash: (label: string) => void;
  readonly stats: LaneStats;
  /** Who asks, before claims, whether this instance of the ledger is the one that may send. */
  readonly epochGuard?: EpochGuard;
}

/** Counted for metrics; per budget. */
export interface LaneStats {
  call(budget: string, outcomeClass: string, durationMs: number): void;
}
