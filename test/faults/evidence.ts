/** What the sandbox recorded, in the form in which the invariants read it. */
import { instant } from "../../src/kernel/clock.ts";
import type { AccessEntry, Evidence, JournalEntry } from "../../src/operations/operation.ts";
import type { Call } from "../../src/sandbox/kit/calls.ts";
import type { Books } from "./books.ts";
import { BOOKS } from "./settings.ts";
import { TARGET_FAULTS, TIMEOUT_MS } from "./target-faults.ts";

export function evidenceOf(books: Books, calls: readonly Call[]): Evidence {
  return {
    journals: new Map([[BOOKS, () => arrivals(books, calls)]]),
    accessLogs: new Map([[BOOKS, () => each(calls.map(accessOf))]]),
  };
}

/** The moment at which a request arrived, not at which it was applied, where the log has it. */
async function* arrivals(books: Books, calls: readonly Call[]): AsyncGenerator<JournalEntry> {
  const arrived = new Map(calls.map((call) => [call.note ?? "", call.at]));
  for (const line of books.lines) {
    if (line.origin !== "rest") continue;
    const at = arrived.get(line.nonce ?? "") ?? line.at;
    yield { reference: line.externalId ?? undefined, arrivedAt: instant(at) };
  }
}

/**
 * A call is one of ours in flight until it is answered or we have given it up. What the sandbox
 * still does for a caller that has gone is its own affair: a budget cannot count it.
 */
function accessOf(call: Call): AccessEntry {
  const took = Math.max(0, call.endedAt - call.startedAt);
  return {
    arrivedAt: instant(call.at),
    answeredAt: instant(Math.round(call.at + Math.min(took, TIMEOUT_MS))),
  };
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}

/** How often each fault struck, from the access log alone. */
export function strikes(calls: readonly Call[]): Map<string, number> {
  const counts = new Map<string, number>(Object.values(TARGET_FAULTS).map((name) => [name, 0]));
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  counts.set("429: no seat", 0);
  for (const call of calls) {
    if (call.fault !== null) add(TARGET_FAULTS[call.fault] ?? call.fault);
    if (call.status === 429) add("429: no seat");
  }
  return counts;
}
