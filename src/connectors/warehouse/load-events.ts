/**
 * Loads a batch and says what became of each event.
 *
 * refused   PostgreSQL takes no value like this one; its neighbours are loaded without it
 * later     nothing was written, for a reason that is the warehouse's and not the event's
 *
 * Only the states by which PostgreSQL complains of a value are refusals. Any other is the
 * server's trouble and passes, by itself or by an operator's hand.
 */
import type pg from "pg";
import { isTieoutError, messageOf } from "../../kernel/errors.ts";
import type { Outcome } from "../kit/target.ts";
import { warehouseErrors } from "./errors.ts";
import type { MergePlan } from "./merge-batch.ts";
import { mergeBatch } from "./merge-batch.ts";
import { inTransaction, TransactionFailure } from "./pool.ts";
import type { ReadEvent } from "./read-event.ts";

/** 22: data exception; 23: constraint; 54: over a limit (an index entry, the nesting of JSON). */
const OF_A_VALUE = /^(22|23|54)/;
/** Deadlock, serialisation, lock time-out: gone when the other one is. */
const OF_A_NEIGHBOUR = /^(40001|40P01|55P03)$/;

const SOON_MS = 250;
const PAUSE_MS = 5_000;

/** One outcome an event, in order. Throws E_WAREHOUSE_OUTCOME_UNKNOWN when a commit broke off. */
export async function loadEvents(
  pool: pg.Pool,
  plan: MergePlan,
  events: readonly ReadEvent[],
): Promise<Outcome[]> {
  if (events.length === 0) return [];
  try {
    await inTransaction(pool, (client) => mergeBatch(client, plan, events));
    return events.map(({ objectKey }) => ({ class: "done", externalId: objectKey }));
  } catch (thrown) {
    const state = stateOf(thrown);
    if (!OF_A_VALUE.test(state)) return events.map(() => notNow(thrown));
    const [event] = events;
    if (events.length === 1 && event !== undefined) return [refusal(event, state, thrown)];
    // Halving finds k bad ones among n in about k·log2(n) transactions, and they are rare.
    const middle = events.length >> 1;
    const first = await loadEvents(pool, plan, events.slice(0, middle));
    return [...first, ...(await loadEvents(pool, plan, events.slice(middle)))];
  }
}

/** SQLSTATE of a transaction that was rolled back; empty when the server did not give one. */
function stateOf(thrown: unknown): string {
  if (!(thrown instanceof TransactionFailure) || thrown.effect === "unknown") return "";
  const { code } = thrown.cause as { code?: unknown };
  return typeof code === "string" ? code : "";
}

function refusal(event: ReadEvent, state: string, thrown: unknown): Outcome {
  const reason = messageOf((thrown as Error).cause);
  const error = warehouseErrors.E_WAREHOUSE_VALUE_REFUSED({ state, reason });
  const cause = `${state} in ${event.change?.table.name ?? "event_feed"}`;
  return { class: "refused", code: error.code, cause, message: error.message };
}

/**
 * The outcome of a transaction that certainly wrote nothing, for each of its events. Throws what
 * is a bug of ours, and E_WAREHOUSE_OUTCOME_UNKNOWN where it may have written.
 */
export function notNow(thrown: unknown): Outcome {
  if (!(thrown instanceof TransactionFailure)) throw thrown;
  const reason = messageOf(thrown.cause);
  if (thrown.effect === "unknown") {
    throw warehouseErrors.E_WAREHOUSE_OUTCOME_UNKNOWN({ reason }, thrown.cause);
  }
  if (isTieoutError(thrown.cause)) {
    const { code, message } = thrown.cause;
    return { class: "later", code, message, afterMs: PAUSE_MS, pauses: "budget" };
  }
  const { code: state } = thrown.cause as { code?: unknown };
  const passing = typeof state === "string" && OF_A_NEIGHBOUR.test(state);
  const details = { state: typeof state === "string" ? state : "no state", reason };
  const { code, message } = warehouseErrors.E_WAREHOUSE_UNAVAILABLE(details);
  const pauses = passing ? "handoff" : "budget";
  return { class: "later", code, message, afterMs: passing ? SOON_MS : PAUSE_MS, pauses };
}
