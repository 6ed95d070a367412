/**
 * The sweep of /v1/events. Stripe lists the newest first and keeps 30 days; we want the oldest
 * first. So we read windows of time from old to new, each to its end, and turn each around.
 *
 * cursor    `<epoch seconds>.<window>`: everything before the first is read; the second is how wide
 *           the next window is, in seconds
 * overlap   at the end of the list the cursor stays this far behind the clock, so that the next
 *           sweep reads again what may have been listed late (F16)
 */
import { instantFromSeconds } from "../../kernel/clock.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { UnreadableField } from "../kit/json-read.ts";
import type { ConnectorSurroundings, SweepPage } from "../kit/source.ts";
import type { StripeApi } from "./api.ts";
import { completeEvent } from "./complete-event.ts";
import { completeOwner } from "./complete-owner.ts";
import { stripeErrors } from "./errors.ts";
import { readSeconds } from "./fact.ts";
import { listWhole } from "./list-pages.ts";
import type { StripeSettings } from "./settings.ts";

export const SWEEP_OVERLAP_MS = 10 * 60_000;
const OVERLAP_SECONDS = SWEEP_OVERLAP_MS / 1000;
/** 30 days (vendor: "List all events"). */
const HORIZON_SECONDS = 30 * 86_400;
/** A cursor may have aged past the horizon by this much before something can be lost. */
const HORIZON_SLACK_SECONDS = 3_600;

const NARROWEST = 1;
const FIRST_WINDOW = 3_600;
const WIDEST = 86_400;
/** Fewer than this in a window, and the next is twice as wide. */
const FEW = 250;
/** More than this would be held in memory; the window is halved and read again. */
const MANY = 2_000;

interface Cursor {
  readonly from: number;
  readonly window: number;
}

/** Throws E_STRIPE_CURSOR, E_STRIPE_SWEEP_GAP, E_STRIPE_SWEEP_CROWDED and what the API throws. */
export async function sweepEvents(
  api: StripeApi,
  settings: StripeSettings,
  surroundings: ConnectorSurroundings,
  cursorText: string | undefined,
): Promise<SweepPage> {
  const now = Math.floor(surroundings.clock.now() / 1000);
  const cursor = startOf(cursorText, now);
  let window = cursor.window;
  for (;;) {
    // The present second is not over: what is created in it is read next time.
    const until = Math.min(cursor.from + window, now);
    if (until <= cursor.from) return { facts: [], cursor: text(cursor), more: false };
    const facts = await readWindow(api, cursor.from, until);
    if (facts !== undefined) {
      const whole: Json[] = [];
      for (const fact of facts) {
        whole.push(await completeOwner(api, await completeEvent(api, fact), settings));
      }
      return pageOf(whole, { ...cursor, window }, until, now);
    }
    if (window === NARROWEST) {
      const second = instantFromSeconds(cursor.from);
      throw stripeErrors.E_STRIPE_SWEEP_CROWDED({ limit: MANY, second });
    }
    window = Math.max(NARROWEST, Math.floor(Math.min(window, until - cursor.from) / 2));
  }
}

function startOf(cursorText: string | undefined, now: number): Cursor {
  const horizon = now - HORIZON_SECONDS;
  if (cursorText === undefined) return { from: horizon, window: FIRST_WINDOW };
  const match = /^(\d{1,12})\.(\d{1,6})$/.exec(cursorText);
  const from = Number(match?.[1] ?? Number.NaN);
  const window = Number(match?.[2] ?? Number.NaN);
  if (match === null || window < NARROWEST || window > WIDEST) throw stripeErrors.E_STRIPE_CURSOR();
  if (from < horizon - HORIZON_SLACK_SECONDS) {
    throw stripeErrors.E_STRIPE_SWEEP_GAP({
      from: instantFromSeconds(from),
      horizon: instantFromSeconds(horizon),
    });
  }
  return { from, window };
}

function text({ from, window }: Cursor): string {
  return `${from}.${window}`;
}

/** Events created in [from, until), oldest first; undefined when there are too many. */
async function readWindow(
  api: StripeApi,
  from: number,
  until: number,
): Promise<Json[] | undefined> {
  const path = `/v1/events?created%5Bgte%5D=${from}&created%5Blt%5D=${until}`;
  try {
    const found = await listWhole(api, path, MANY);
    if (found === undefined) return undefined;
    // Stripe lists the newest first; inside a second its own order is kept, turned around.
    return found
      .map((event) => ({ event, at: readSeconds(event, "created", path) }))
      .reverse()
      .sort((a, b) => a.at - b.at)
      .map(({ event }) => ({ ...event }));
  } catch (thrown) {
    if (!(thrown instanceof UnreadableField)) throw thrown;
    throw stripeErrors.E_STRIPE_ANSWER({ path, reason: thrown.message }, thrown);
  }
}

function pageOf(facts: readonly Json[], read: Cursor, until: number, now: number): SweepPage {
  const window = facts.length < FEW ? Math.min(WIDEST, read.window * 2) : read.window;
  const more = until < now;
  const from = more ? until : now - OVERLAP_SECONDS;
  return { facts, cursor: text({ from, window }), more };
}
