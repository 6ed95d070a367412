/**
 * The sweeper: what makes every lost signal harmless. It does again, from the ledger, what a crash
 * may have left undone: release what is due, start seats that should run, register with an engine
 * that lost its data, announce the hub, fetch what something waits for. Every duty is idempotent
 * and may run in several hubs at once.
 */
import { messageOf } from "../kernel/errors.ts";

export interface Duty {
  readonly name: string;
  readonly everyMs: number;
  /** A duty that may take minutes asks now and then whether the hub is stopping. */
  run(isStopping: () => boolean): Promise<void>;
}

export interface Sweeper {
  stop(): Promise<void>;
  /** Runs each duty once, in order; for tests and for a demo that does not want to wait. */
  runAll(): Promise<void>;
}

export interface SweeperOptions {
  readonly duties: readonly Duty[];
  readonly onError: (duty: string, reason: string) => void;
}

/** Each duty on its own timer; it never overlaps itself, and its failure is said and retried. */
export function startSweeper(options: SweeperOptions): Sweeper {
  let stopped = false;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const under = new Set<Promise<void>>();

  const runOnce = async (duty: Duty): Promise<void> => {
    try {
      await duty.run(() => stopped);
    } catch (thrown) {
      options.onError(duty.name, messageOf(thrown));
    }
  };
  const plan = (duty: Duty): void => {
    if (stopped) return;
    const timer = setTimeout(() => {
      const task = runOnce(duty).then(() => {
        under.delete(task);
        plan(duty);
      });
      under.add(task);
    }, duty.everyMs);
    timers.set(duty.name, timer);
  };
  for (const duty of options.duties) plan(duty);
  return {
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(under);
    },
    async runAll() {
      for (const duty of options.duties) await runOnce(duty);
    },
  };
}
