/**
 * Who is still owed which event. Made by the fold, so a restarted sandbox goes on sending.
 *
 * pending   an event an endpoint has not answered with 2xx and that was not given up
 * lost      dropped on purpose by the settings: the endpoint never sees it
 */
import type { EventRecord, WebhookEndpointRecord } from "./records.ts";
import { eventIsFor } from "./versions.ts";

export interface Pending {
  readonly event: string;
  readonly endpoint: string;
  /** Tries so far. */
  readonly tries: number;
}

export interface DeliveryOutcome {
  readonly event: string;
  readonly endpoint: string;
  readonly outcome: "delivered" | "duplicate" | "failed" | "given-up" | "lost" | "again";
  /** HTTP status of the try; 0 when there was no answer. */
  readonly status: number;
}

export interface DeliveryBook {
  raise(event: EventRecord, endpoints: readonly WebhookEndpointRecord[]): void;
  settle(outcome: DeliveryOutcome): void;
  get(event: string, endpoint: string): Pending | undefined;
  /** Everything owed, oldest first. */
  pending(): Iterable<Pending>;
  /** Number of endpoints that are still owed this event: `pending_webhooks`. */
  owed(event: string): number;
  counts(): Record<string, number>;
  clear(): void;
  /** Told of every newly owed event; at most one listener. */
  onRaise: ((pending: Pending) => void) | undefined;
}

export function createDeliveryBook(): DeliveryBook {
  const open = new Map<string, Pending>();
  const owed = new Map<string, number>();
  const totals = { delivered: 0, duplicates: 0, failed: 0, lost: 0, given_up: 0 };
  const keyOf = (event: string, endpoint: string) => `${event} ${endpoint}`;
  const settle = (event: string, endpoint: string): void => {
    if (!open.delete(keyOf(event, endpoint))) return;
    const left = (owed.get(event) ?? 1) - 1;
    if (left === 0) owed.delete(event);
    else owed.set(event, left);
  };
  const owe = (pending: Pending): void => {
    const key = keyOf(pending.event, pending.endpoint);
    if (!open.has(key)) owed.set(pending.event, (owed.get(pending.event) ?? 0) + 1);
    open.set(key, pending);
    book.onRaise?.(pending);
  };
  const book: DeliveryBook = {
    onRaise: undefined,
    raise(event, endpoints) {
      for (const endpoint of endpoints) {
        if (eventIsFor(event.type, endpoint)) {
          owe({ event: event.id, endpoint: endpoint.id, tries: 0 });
        }
      }
    },
    settle({ event, endpoint, outcome }) {
      const key = keyOf(event, endpoint);
      if (outcome === "again") owe({ event, endpoint, tries: 0 });
      else if (outcome === "duplicate") totals.duplicates += 1;
      else if (outcome === "failed") {
        totals.failed += 1;
        const pending = open.get(key);
        if (pending !== undefined) open.set(key, { ...pending, tries: pending.tries + 1 });
      } else {
        totals[outcome === "given-up" ? "given_up" : outcome] += 1;
        settle(event, endpoint);
      }
    },
    get: (event, endpoint) => open.get(keyOf(event, endpoint)),
    pending: () => open.values(),
    owed: (event) => owed.get(event) ?? 0,
    counts: () => ({ webhooks_pending: open.size, ...prefixed(totals) }),
    clear() {
      open.clear();
      owed.clear();
      for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] = 0;
    },
  };
  return book;
}

function prefixed(totals: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(totals).map(([key, n]) => [`webhooks_${key}`, n]));
}
