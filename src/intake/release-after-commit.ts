/**
 * Releases what committed groups made possible, in a transaction of its own after each commit.
 * Groups that commit while a release is under way are released together by the next one, so the
 * work per group shrinks as the load grows. What a crash loses here, the sweeper finds.
 */
import type { Pool } from "../store/database.ts";
import type { Fact, HandoffRow } from "../store/fact-rows.ts";
import type { HeadKey } from "../store/release-handoffs.ts";
import { releaseHandoffs } from "../store/release-handoffs.ts";

export interface Releaser {
  add(keys: readonly HeadKey[]): void;
  /** For committed facts: the objects of what was not born ready, and the budgets of what was. */
  addFacts(facts: readonly Fact[], ready: ReadonlySet<string>): void;
  /** Resolves when everything added so far is released. */
  drained(): Promise<void>;
}

export interface ReleaserOptions {
  readonly pool: Pool;
  /** Budgets for which something became ready. */
  readonly onReady: (budgets: Iterable<string>) => void;
  readonly onError: (cause: unknown) => void;
  /** Objects in one transaction at most: locks are held for a bounded time. */
  readonly most: number;
}

export function makeReleaser(options: ReleaserOptions): Releaser {
  let pending: HeadKey[] = [];
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (pending.length > 0) {
      const keys = pending.slice(0, options.most);
      pending = pending.slice(options.most);
      try {
        options.onReady((await releaseHandoffs(options.pool, keys)).keys());
      } catch (cause) {
        // Deadlock, cut connection: the sweeper releases these within half a minute.
        options.onError(cause);
      }
    }
    running = undefined;
  };
  const add = (keys: readonly HeadKey[]): void => {
    if (keys.length === 0) return;
    pending.push(...keys);
    running ??= run();
  };
  return {
    add,
    addFacts(facts, ready) {
      const handoffs = facts.flatMap((fact) => fact.handoffs);
      const isReady = (h: HandoffRow): boolean => !h.ordered || ready.has(h.id);
      const born = new Set(handoffs.filter(isReady).map((h) => h.budget));
      if (born.size > 0) options.onReady(born);
      const waiting = handoffs.filter((h) => !isReady(h));
      add(waiting.map((h) => ({ target: h.target, object: h.event.subject })));
    },
    async drained() {
      while (running !== undefined) await running;
    },
  };
}
