/**
 * Group commit: requests that arrive while a transaction is under way share the next one and its
 * fsync, and each is answered when that transaction is durable. A transaction costs the same for
 * one row and for many, so one is under way at a time as long as that is enough: another begins
 * beside it when its group is full, or when the one before takes long (a lock, a poisoned fact
 * stored one by one), for its neighbours must not wait for it.
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
  /** Transactions under way at once, at most. */
  readonly parallel: number;
  /** How long a fact waits behind a transaction under way before another begins beside it. */
  readonly patienceMs: number;
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  /** Runs a task after the requests that have already arrived were read. */
  readonly soon: (task: () => void) => void;
  /** Runs a task after so many milliseconds, unless what it returns is called before. */
  readonly after: (ms: number, task: () => void) => () => void;
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
  let stopWaiting: (() => void) | undefined;
  let stopped = false;
  let onIdle: (() => void) | undefined;

  const schedule = (): void => {
    if (scheduled || running >= options.parallel || waiting.length === 0) return;
    if (running > 0 && waiting.length < options.groupSize) {
      stopWaiting ??= options.after(options.patienceMs, flush);
      return;
    }
    scheduled = true;
    options.soon(() => {
      scheduled = false;
      flush();
    });
  };
  const flush = (): void => {
    stopWaiting?.();
    stopWaiting = undefined;
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
  const settle = async (group: readonly Waiting[]): Promise<void> => {
    const verdicts = await stored(options, group);
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

async function stored(
  { store }: GroupCommitOptions,
  group: readonly Waiting[],
): Promise<readonly StoreVerdict[]> {
  try {
    return await store(group.map((one) => one.fact));
  } catch (cause) {
    return group.map(() => ({ kind: "failed", cause }));
  }
}
