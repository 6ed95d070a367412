/**
 * Signals inside one hub: a seat that lingers is woken directly, without a detour through the
 * engine. A signal that nobody waits for is lost: a seat looks into the ledger once more after it
 * parked (`has-ready.ts`), so it costs no more than the time for which a seat lingers.
 */
export interface LaneSignals {
  /** True when something became ready within `ms`, false when not. */
  wait(budget: string, ms: number): Promise<boolean>;
  /** Wakes up to `count` lingering seats of a budget; says how many it woke. */
  wake(budget: string, count: number): number;
  wakeAll(): void;
}

export function makeLaneSignals(): LaneSignals {
  const waiting = new Map<string, Set<(woken: boolean) => void>>();

  const setOf = (budget: string): Set<(woken: boolean) => void> => {
    let set = waiting.get(budget);
    if (set === undefined) {
      set = new Set();
      waiting.set(budget, set);
    }
    return set;
  };
  const wake = (budget: string, count: number): number => {
    let woken = 0;
    for (const resolve of [...setOf(budget)]) {
      if (woken >= count) break;
      resolve(true);
      woken += 1;
    }
    return woken;
  };
  return {
    wait: (budget, ms) =>
      new Promise((resolve) => {
        const set = setOf(budget);
        const done = (woken: boolean): void => {
          clearTimeout(timer);
          set.delete(done);
          resolve(woken);
        };
        const timer = setTimeout(() => done(false), ms);
        set.add(done);
      }),
    wake,
    wakeAll() {
      for (const budget of waiting.keys()) wake(budget, Number.POSITIVE_INFINITY);
    },
  };
}
