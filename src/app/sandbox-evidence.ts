/** What the sandboxes' own logs say, in the form in which the invariants read evidence. */
import { instant } from "../kernel/clock.ts";
import type { AccessEntry, Evidence, JournalEntry } from "../operations/operation.ts";

interface LoggedCall {
  readonly at: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: number;
  readonly operation: string;
}

interface LoggedEffect {
  readonly kind: string;
  readonly at: number;
  readonly type?: string;
  readonly externalId?: string | null;
  readonly origin?: unknown;
  readonly nonce?: string | null;
}

async function* lines<T>(url: string): AsyncIterable<T> {
  const text = await (await fetch(url)).text();
  for (const line of text.split("\n")) if (line !== "") yield JSON.parse(line) as T;
}

/** A refused call took no seat; one that is not out yet has no end. */
async function* seatsTaken(url: string): AsyncIterable<AccessEntry> {
  for await (const call of lines<LoggedCall>(`${url}/__sandbox/calls`)) {
    if (call.status === 429 || call.endedAt === 0) continue;
    const answeredAt = instant(Math.floor(call.at + (call.endedAt - call.startedAt)));
    yield { what: call.operation, arrivedAt: instant(call.at), answeredAt };
  }
}

/** Effects that came with a request; what the control plane wrote has no nonce. */
async function* requests(url: string): AsyncIterable<JournalEntry> {
  for await (const effect of lines<LoggedEffect>(`${url}/__sandbox/journal`)) {
    if (effect.kind !== "record" || (effect.nonce ?? null) === null) continue;
    // The ledger's mark of itself is no document: no handoff brings it there.
    if (effect.type?.startsWith("customrecord_") === true) continue;
    yield {
      reference: effect.externalId?.toLowerCase() ?? undefined,
      arrivedAt: instant(effect.at),
    };
  }
}

export function sandboxEvidence(netsuiteUrl: string, connection: string, budget: string): Evidence {
  return {
    journals: new Map([[connection, () => requests(netsuiteUrl)]]),
    accessLogs: new Map([[budget, () => seatsTaken(netsuiteUrl)]]),
    subIds: [""],
  };
}
