/**
 * Observes NetSuite while everything breaks, through searches that show the account of seconds ago.
 * Nobody changes anything by hand in this run: whatever an observation finds is a false alarm.
 */
import { subscribe } from "node:diagnostics_channel";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../src/kernel/errors.ts";
import { observeTargetOperation } from "../../src/operations/observe-target.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import type { Difference, Judgement } from "./oracle.ts";
import { BOOKS } from "./settings.ts";

/** Between two looks; a look's own time comes on top. */
const EVERY_MS = 3000;
/** A look that lost its ledger in the middle leaves a lease of a minute behind. */
const LAST_LOOK_MS = 90_000;

export interface Watch {
  /** Nonces of the calls that the looks made: they sit in no seat of a hub's budget. */
  readonly nonces: ReadonlySet<string>;
  /** No more looks; resolves when the last has ended. */
  stop(): Promise<void>;
  /** One more look, at a target that no longer fails; and what all of them found. */
  judge(): Promise<Judgement>;
}

export function watchBooks(context: OperationContext): Watch {
  const nonces = ownNonces();
  const over = new AbortController();
  const told = new Map<string, string>();
  const counts = { done: 0, failed: 0, listed: 0 };
  const look = async (): Promise<string | undefined> => {
    const stopping = { ...context, shouldStop: () => over.signal.aborted };
    const { looks } = await runOperation(observeTargetOperation, stopping, { target: BOOKS });
    for (const { done, why, listed, found, incomplete } of looks) {
      for (const one of found) told.set(one.exception, `${one.code}: ${one.message}`);
      if (!done) return why ?? "no reason given";
      if (incomplete.length > 0) return incomplete.join("; ");
      counts.listed += listed;
    }
    return looks.length === 0 ? "nothing is watched" : undefined;
  };
  const running = (async () => {
    while (!over.signal.aborted) {
      // The ledger or the target may be down in this very moment: that is the run's purpose.
      const failed = await look().catch(messageOf);
      counts[failed === undefined ? "done" : "failed"] += 1;
      await sleep(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    nonces,
    async stop() {
      over.abort();
      await running;
    },
    async judge() {
      // One call in eight fails, and a look makes many: in a short run none may get through.
      const last = await lastLook(context);
      const differences: Difference[] = [];
      for (const { done, why, listed, found, incomplete, openCount } of last.looks) {
        counts.listed += listed;
        for (const one of found) told.set(one.exception, `${one.code}: ${one.message}`);
        const detail = [why ?? "", ...incomplete].filter((text) => text !== "").join("; ");
        if (done && openCount === 0 && incomplete.length === 0) continue;
        differences.push({ what: "last observation", object: "", detail });
      }
      for (const [id, detail] of told) {
        differences.push({ what: "false alarm of an observation", object: id, detail });
      }
      if (counts.listed === 0) {
        const detail = `${counts.done} looks ended, no document seen`;
        differences.push({ what: "observation that saw nothing", object: "", detail });
      }
      return {
        differences,
        looked: {
          "observations during the faults": counts.done,
          "observations cut short": counts.failed,
          "documents seen by them": counts.listed,
        },
      };
    },
  };
}

/** Asks until nobody else holds the target, or long after a dead one's lease must have run out. */
async function lastLook(context: OperationContext) {
  const until = Date.now() + LAST_LOOK_MS;
  for (;;) {
    const last = await runOperation(observeTargetOperation, context, { target: BOOKS });
    if (last.looks.every(({ done }) => done) || Date.now() > until) return last;
    await sleep(EVERY_MS);
  }
}

interface RequestCreated {
  readonly request: { readonly headers: readonly string[] | string };
}

/** The sandboxes run here too, but only our own looks call out to NetSuite from this process. */
function ownNonces(): ReadonlySet<string> {
  const nonces = new Set<string>();
  subscribe("undici:request:create", (message) => {
    const { headers } = (message as RequestCreated).request;
    const nonce = /oauth_nonce="([^"]+)"/.exec(String(headers))?.[1];
    if (nonce !== undefined) nonces.add(decodeURIComponent(nonce));
  });
  return nonces;
}
