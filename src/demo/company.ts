/**
 * A month of a small company's life, told to the Stripe sandbox over its HTTP API.
 *
 * go-live   28 days before the end: what happens from then on is sent to the hub and stays inside
 *           the 30 days that Stripe lists
 * before    57 to 32 days before the end: catalogue and subscribers come to be, while the webhook
 *           endpoint is disabled, as they would in a company that connects its books later
 * closed    the month before the one of go-live; the books have closed it
 */
import { z } from "zod";
import { dateInZone } from "../kernel/clock.ts";
import { seededRandom } from "../kernel/random.ts";
import { planCatalog } from "./catalog.ts";
import { holdDelivery, startDelivery } from "./delivery.ts";
import { demoErrors } from "./errors.ts";
import {
  DEMO_SEED,
  DEMO_STRIPE_API_KEY,
  DEMO_STRIPE_VERSION,
  DEMO_TIME_ZONE,
  DEMO_WEBHOOK_SECRET,
} from "./names.ts";
import { planNewcomers } from "./newcomers.ts";
import { openRegister } from "./people.ts";
import type { SandboxControl } from "./sandbox-control.ts";
import { openControl } from "./sandbox-control.ts";
import type { Stage } from "./stage.ts";
import { momentBefore, plan, runSteps } from "./stage.ts";
import type { StripeCalls } from "./stripe-calls.ts";
import { openStripeCalls } from "./stripe-calls.ts";
import type { EndpointShape } from "./stripe-shapes.ts";
import { endpointShape, eventShape, namedShape } from "./stripe-shapes.ts";
import { planSubscribers } from "./subscribers.ts";

export interface SeedMonthOptions {
  /** Origin of the Stripe sandbox. */
  readonly stripeUrl: string;
  readonly apiKey?: string;
  /** Where the hub takes Stripe's webhooks; may change between runs. */
  readonly hubWebhookUrl: string;
  /** What the hub was told; checked against what the sandbox made. */
  readonly webhookSecret?: string;
  /** The sandbox's own seed; also draws the chorus and names the idempotency keys. */
  readonly seed?: number;
  /** The end of the month told: now, epoch milliseconds. */
  readonly nowMs: number;
  /** Customers, 32 at least; default 40.. */
  readonly size?: number;
  /** Which company's month; the American one's when absent. */
  readonly story?: Story;
  /** `hold` leaves webhooks waiting until `startDelivery`. Default `start`. */
  readonly delivery?: "start" | "hold";
  readonly onProgress?: (done: number, total: number, text: string) => void;
}

/** What one company's month is made of, beside go-live and the renewals of every day. */
export interface Story {
  /** System that keeps its books. */
  readonly books: string;
  readonly plan: (stage: Stage, calendar: Calendar) => void;
}

export interface SeededMonth {
  readonly endpoint: string;
  readonly goLiveMs: number;
  readonly endMs: number;
  /** `2026-01`: the accounting month that the books have closed. */
  readonly closedMonth: string;
  readonly customers: number;
  /** Events of the month told that Stripe still lists (30 days), whole and by type. */
  readonly events: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  /** False when the sandbox held the finished month already. */
  readonly told: boolean;
}

const GO_LIVE_DAY = 28;
const TICKS_A_DAY = 4;

/**
 * Tells the month, or what is left of it after a run that was ended; a finished one is left as it
 * is. The hub's first sweep must come after it, or its cursor be forgotten: a sweep reads Stripe's
 * list forward, and what is written into the past behind its cursor is never swept. Throws
 * codes of errors.ts.
 */
export async function seedMonth(options: SeedMonthOptions): Promise<SeededMonth> {
  const { stripeUrl, apiKey = DEMO_STRIPE_API_KEY, seed = DEMO_SEED } = options;
  const stripe = openStripeCalls({ stripeUrl, apiKey, seed });
  const bank = openControl(stripeUrl);
  try {
    const found = await findEndpoint(stripe, seed);
    const finished = found?.metadata["demo_done"] === "yes";
    const endMs = Number(found?.metadata["demo_end"] ?? Math.floor(options.nowMs / 1000) * 1000);
    const month = { seed, endMs };
    const endpoint =
      found !== undefined && finished ? found : await tell({ stripe, bank }, options, month);
    if (endpoint.url !== options.hubWebhookUrl) {
      const path = `/v1/webhook_endpoints/${endpoint.id}`;
      await stripe.post("", path, { url: options.hubWebhookUrl }, endpointShape);
    }
    if (options.delivery !== "hold") await startDelivery({ stripeUrl });
    const { goLiveMs, closedMonth } = calendarOf(endMs);
    const events = await stripe.all(
      `/v1/events?created[gte]=${goLiveMs / 1000}&created[lte]=${endMs / 1000}`,
      eventShape,
    );
    const eventsByType: Record<string, number> = {};
    for (const { type } of events) eventsByType[type] = (eventsByType[type] ?? 0) + 1;
    const customers = (await stripe.all("/v1/customers", namedShape)).length;
    const counted = { customers, events: events.length, eventsByType };
    return { endpoint: endpoint.id, goLiveMs, endMs, closedMonth, ...counted, told: !finished };
  } finally {
    await stripe.close();
    await bank.close();
  }
}

/** The demo's own endpoint. Throws E_DEMO_ACCOUNT_NOT_EMPTY where something else is there. */
async function findEndpoint(stripe: StripeCalls, seed: number): Promise<EndpointShape | undefined> {
  const endpoints = await stripe.all("/v1/webhook_endpoints", endpointShape);
  const ours = endpoints.find((one) => one.metadata["demo_seed"] === String(seed));
  if (ours !== undefined) return ours;
  const products = await stripe.all("/v1/products", namedShape);
  if (endpoints.length + products.length === 0) return undefined;
  throw demoErrors.E_DEMO_ACCOUNT_NOT_EMPTY({ seed });
}

export interface Calendar {
  readonly goLiveMs: number;
  readonly closedMonth: string;
  /** Noon of the 15th of the closed month, epoch seconds. */
  readonly closedAt: number;
}

/** The dates that follow from the end of the month told, epoch milliseconds. */
export function calendarOf(endMs: number): Calendar {
  const goLiveMs = momentBefore(endMs)(GO_LIVE_DAY);
  // A day earlier: the month of go-live itself stays open in every zone.
  const first = dateInZone(goLiveMs - 86_400_000, DEMO_TIME_ZONE).slice(0, 7);
  const [year = 0, month = 1] = first.split("-").map(Number);
  const closedMs = Date.UTC(year, month - 2, 15, 20);
  return {
    goLiveMs,
    closedMonth: dateInZone(closedMs, DEMO_TIME_ZONE).slice(0, 7),
    closedAt: closedMs / 1000,
  };
}

interface Wires {
  readonly stripe: StripeCalls;
  readonly bank: SandboxControl;
}

const limitsShape = z.object({ perSecond: z.int() });
const anything = z.unknown();

async function tell(
  wires: Wires,
  options: SeedMonthOptions,
  month: { readonly seed: number; readonly endMs: number },
): Promise<EndpointShape> {
  const { stripe, bank } = wires;
  await holdDelivery(bank);
  const limits = await bank.ask("GET", "limits", undefined, limitsShape);
  await bank.ask("PUT", "limits", { perSecond: 0 }, limitsShape);
  try {
    const story = options.story ?? americanStory(options.size ?? 40);
    const stage = openStage(wires, month, story.books);
    await bank.ask("PUT", "clock", { now: stage.at(58) }, anything);
    const endpoint = await openEndpoint(stage, options, month);
    story.plan(stage, calendarOf(month.endMs));
    planDays(stage, endpoint.id);
    await runSteps(stage, options.onProgress ?? (() => undefined));
    const done = { metadata: { demo_done: "yes" } };
    const path = `/v1/webhook_endpoints/${endpoint.id}`;
    return await stripe.post("", path, done, endpointShape);
  } finally {
    await bank.ask("PUT", "clock", { offsetMs: 0 }, anything);
    await bank.ask("PUT", "limits", limits, limitsShape);
  }
}

function openStage(wires: Wires, month: { seed: number; endMs: number }, books: string): Stage {
  return {
    ...wires,
    random: seededRandom(month.seed),
    steps: [],
    made: new Map(),
    at: momentBefore(month.endMs),
    person: openRegister(),
    books,
  };
}

/** The first thing made in the account, disabled: its secret is the one the hub was told. */
async function openEndpoint(
  stage: Stage,
  options: SeedMonthOptions,
  { seed, endMs }: { readonly seed: number; readonly endMs: number },
): Promise<EndpointShape> {
  const form = {
    url: "http://127.0.0.1/",
    enabled_events: ["*"],
    api_version: DEMO_STRIPE_VERSION,
    metadata: { demo_seed: seed, demo_end: endMs },
  };
  const path = "/v1/webhook_endpoints";
  const endpoint = await stage.stripe.post("endpoint", path, form, endpointShape);
  await stage.stripe.post("", `${path}/${endpoint.id}`, { disabled: true }, endpointShape);
  if (endpoint.secret !== (options.webhookSecret ?? DEMO_WEBHOOK_SECRET)) {
    throw demoErrors.E_DEMO_SECRET_DIFFERS({ seed });
  }
  return endpoint;
}

function americanStory(size: number): Story {
  return {
    books: "netsuite",
    plan(stage, { closedAt }) {
      planCatalog(stage);
      const subscribers = Math.floor(size / 2);
      planSubscribers(stage, subscribers);
      planNewcomers(stage, size - subscribers, closedAt);
    },
  };
}

/** Go-live, and the renewals that come due after it. */
function planDays(stage: Stage, endpoint: string): void {
  plan(stage, stage.at(GO_LIVE_DAY), "go-live: Stripe is connected to the hub", () =>
    stage.stripe.post("", `/v1/webhook_endpoints/${endpoint}`, { disabled: false }, endpointShape),
  );
  // The last tick is an hour before the end: nothing is dated into the future.
  for (let tick = 0; tick < GO_LIVE_DAY * TICKS_A_DAY; tick += 1) {
    plan(stage, stage.at(GO_LIVE_DAY - tick / TICKS_A_DAY, 300), "renewals", () =>
      stage.bank.ask("POST", "renew", undefined, anything),
    );
  }
}
