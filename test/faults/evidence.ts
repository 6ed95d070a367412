/** What the sandbox recorded, in the form in which the invariants read it. */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../../src/app/system.ts";
import { instant } from "../../src/kernel/clock.ts";
import type { AccessEntry, Evidence, JournalEntry } from "../../src/operations/operation.ts";
import type { Call } from "../../src/sandbox/kit/calls.ts";
import { BOOKS } from "./settings.ts";

/**
 * `hangUps` by the note of a call; `journal`: what arrived that was meant to change something;
 * `observers`: notes of calls that no seat of a budget made; Quota does not count them.
 */
export function evidenceOf(
  journal: () => AsyncIterable<JournalEntry>,
  calls: readonly Call[],
  hangUps: ReadonlyMap<string, number>,
  observers: ReadonlySet<string>,
): Evidence {
  const ofHubs = calls.filter((call) => !observers.has(call.note ?? ""));
  return {
    journals: new Map([[BOOKS, journal]]),
    accessLogs: new Map([[BOOKS, () => each(ofHubs.map((call) => accessOf(call, hangUps)))]]),
  };
}

/**
 * A call is one of ours in flight until it is answered or its caller has hung up (our time-out, or
 * a hub that was killed). What the sandbox still does for a caller that has gone no budget counts.
 */
function accessOf(call: Call, hangUps: ReadonlyMap<string, number>): AccessEntry {
  const hungUp = hangUps.get(call.note ?? "") ?? Number.POSITIVE_INFINITY;
  const end = Math.max(call.startedAt, Math.min(call.endedAt, hungUp));
  const told = [call.note ?? "unnamed", call.fault ?? "no fault", call.refused ?? []].flat();
  return {
    what: `${call.method} ${call.target} (${told.join(", ")})`,
    arrivedAt: instant(call.at),
    answeredAt: instant(Math.floor(call.at + end - call.startedAt)),
  };
}

const TICK_MS = 5;

/**
 * When a caller hung up before its answer was out, at the earliest, by the name of its request;
 * those without a name are not watched. Monotonic milliseconds; watches from now on, in this
 * process.
 *
 * This process sees a hang-up when its event loop looks at its sockets, and may see the caller's
 * next call first if both lie in one look. What is seen in one look became true after the look
 * before, and there was one after the last tick but one: that is the moment we note. A busy loop
 * makes it older by just as much as the loop was late.
 */
export function watchHangUps(
  nameOf: (request: IncomingMessage) => string | undefined,
): ReadonlyMap<string, number> {
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
    const name = nameOf(request);
    if (name === undefined) return;
    response.once("close", () => {
      if (!response.writableFinished) hangUps.set(name, before);
    });
  });
  return hangUps;
}

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}

/** How often each fault struck, from the access log alone; `names` by the rule. */
export function strikes(
  calls: readonly Call[],
  names: Readonly<Record<string, string>>,
  turnedAway: Readonly<Record<number, string>>,
): Map<string, number> {
  const kinds = [...Object.values(names), ...Object.values(turnedAway)];
  const counts = new Map<string, number>(kinds.map((name) => [name, 0]));
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { fault, status } of calls) {
    if (fault !== null) add(names[fault] ?? fault);
    else if (turnedAway[status] !== undefined) add(turnedAway[status]);
  }
  return counts;
}
