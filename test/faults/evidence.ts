/** What the sandbox recorded, in the form in which the invariants read it. */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../../src/app/system.ts";
import { instant } from "../../src/kernel/clock.ts";
import type { AccessEntry, Evidence, JournalEntry } from "../../src/operations/operation.ts";
import type { Call } from "../../src/sandbox/kit/calls.ts";
import type { Books } from "./books.ts";
import { BOOKS } from "./settings.ts";
import { TARGET_FAULTS } from "./target-faults.ts";

/** `observers`: nonces of calls that no seat of a budget made; Quota does not count them. */
export function evidenceOf(
  books: Books,
  calls: readonly Call[],
  hangUps: ReadonlyMap<string, number>,
  observers: ReadonlySet<string>,
): Evidence {
  const ofHubs = calls.filter((call) => !observers.has(call.note ?? ""));
  return {
    journals: new Map([[BOOKS, () => arrivals(books, calls)]]),
    accessLogs: new Map([[BOOKS, () => each(ofHubs.map((call) => accessOf(call, hangUps)))]]),
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
 * A call is one of ours in flight until it is answered or its caller has hung up (our time-out, or
 * a hub that was killed). What the sandbox still does for a caller that has gone no budget counts.
 */
function accessOf(call: Call, hangUps: ReadonlyMap<string, number>): AccessEntry {
  const hungUp = hangUps.get(call.note ?? "") ?? Number.POSITIVE_INFINITY;
  const end = Math.max(call.startedAt, Math.min(call.endedAt, hungUp));
  return {
    arrivedAt: instant(call.at),
    answeredAt: instant(Math.floor(call.at + end - call.startedAt)),
  };
}

const TICK_MS = 5;

/**
 * When a caller hung up before its answer was out, at the earliest, by the nonce of its request.
 * Monotonic milliseconds; watches from now on, in this process.
 *
 * This process sees a hang-up when its event loop looks at its sockets, and may see the caller's
 * next call first if both lie in one look. What is seen in one look became true after the look
 * before, and there was one after the last tick but one: that is the moment we note. A busy loop
 * makes it older by just as much as the loop was late.
 */
export function watchHangUps(): ReadonlyMap<string, number> {
  const hangUps = new Map<string, number>();
  let last = systemClock.monotonic();
  let before = last;
  const tick = (): void => {
    before = last;
    last = systemClock.monotonic();
  };
  setInterval(tick, TICK_MS).unref();
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as RequestStart;
    const nonce = /oauth_nonce="([^"]+)"/.exec(request.headers.authorization ?? "")?.[1];
    if (nonce === undefined) return;
    response.once("close", () => {
      if (response.writableFinished) return;
      hangUps.set(decodeURIComponent(nonce), before);
    });
  });
  return hangUps;
}

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
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
