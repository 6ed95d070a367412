/**
 * Group commit: requests that arrive within a few milliseconds share one transaction and one
 * fsync, and each is answered when that transaction is durable.
 *
 * What waits is bounded in bytes and in number. Beyond the bound the caller is refused before
 * memory grows; a refused request leaves no trace and the source sends it again.
 */
import type { Fact } from "../store/fact-rows.ts";
import { intakeErrors } from "./errors.ts";
import type { StoreVerdict } from "./store-facts.ts";

export interface GroupCommitOptions {
  readonly store: (facts: readonly Fact[]) => Promise<StoreVerdict[]>;
  /** Facts in one transaction at most. */
  readonly groupSize: number;
  /** Transactions under way at once. */
  readonly parallel: number;
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  /** Runs a task after the requests that have already arrived were read. */
  readonly soon: (task: () => void) => void;
}

interface Waiting {
  readonly fact: Fact;
  readonly resolve: (verdict: StoreVerdict) => void;
}

export interface GroupCommit {
  /** Resolves when the fact is durable. Throws E_INTAKE_BUSY or E_INTAKE_STOPPED. */
  add(fact: Fact): Promise<StoreVerdict>;
  readonly pressure: () => { readonly waiting: number; readonly bytes: number };
  /** Refuses new facts and resolves when all that were taken are stored. */
  stop(): Promise<void>;
}

export function makeGroupCommit(options: GroupCommitOptions): GroupCommit {
  let waiting: Waiting[] = [];
  let held = 0;
  let heldBytes = 0;
  let running = 0;
  let scheduled = false;
  let stopped = false;
  let onIdle: (() => void) | undefined;

  const schedule = (): void => {
    if (scheduled || running >= options.parallel || waiting.length === 0) return;
    scheduled = true;
    options.soon(() => {
      scheduled = false;
      flush();
    });
  };
  const flush = (): void => {
    if (waiting.length === 0 || running >= options.parallel) return;
    const group = waiting.slice(0, options.groupSize);
    waiting = waiting.slice(options.groupSize);
    running += 1;
    void settle(group).finally(() => {
      running -= 1;
      if (running === 0 && waiting.length === 0) onIdle?.();
      schedule();
    });
    schedule();
  };
  const settle = async (group: Waiting[]): Promise<void> => {
    let verdicts: StoreVerdict[];
    try {
      verdicts = await options.store(group.map((one) => one.fact));
    } catch (cause) {
      verdicts = group.map(() => ({ kind: "failed", cause }));
    }
    for (const [index, one] of group.entries()) {
      held -= 1;
      heldBytes -= one.fact.inbound.body.length;
      one.resolve(verdicts[index] as StoreVerdict);
    }
  };
  return {
    add(fact) {
      if (stopped) return Promise.reject(intakeErrors.E_INTAKE_STOPPED());
      const bytes = fact.inbound.body.length;
      const full = held >= options.maxWaiting || heldBytes + bytes > options.maxWaitingBytes;
      if (full && held > 0) return Promise.reject(intakeErrors.E_INTAKE_BUSY());
      held += 1;
      heldBytes += bytes;
      return new Promise((resolve) => {
        waiting.push({ fact, resolve });
        schedule();
      });
    },
    pressure: () => ({ waiting: held, bytes: heldBytes }),
    async stop() {
      stopped = true;
      if (running === 0 && waiting.length === 0) return;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        schedule();
      });
    },
  };
}
