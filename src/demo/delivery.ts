/**
 * How the month's webhooks reach the hub: late, twice, out of order, and some never. They are
 * signed when they are sent, so they wait until the sandbox's clock is right again.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { demoErrors } from "./errors.ts";
import { openCaller } from "./http-calls.ts";
import { DEMO_STRIPE_VERSION, DEMO_WEBHOOK_SECRET } from "./names.ts";
import type { SandboxControl } from "./sandbox-control.ts";
import { openControl } from "./sandbox-control.ts";

export interface DeliveryOptions {
  readonly stripeUrl: string;
  /** Shares of events, 0 to 1. */
  readonly duplicateRate?: number;
  readonly lossRate?: number;
  /** The next webhook is any of so many of the oldest. */
  readonly reorderWindow?: number;
  /** Sends in flight at once. */
  readonly concurrency?: number;
}

export const DELIVERY_DEFAULTS = {
  duplicateRate: 0.1,
  lossRate: 0.01,
  reorderWindow: 40,
  concurrency: 16,
} as const;

const answer = z.unknown();

/** Events wait; nothing is sent. */
export async function holdDelivery(bank: SandboxControl): Promise<void> {
  await bank.ask("PUT", "delivery", { enabled: false }, answer);
}

/** Sends what waits, in the worst way that Stripe's documentation allows. */
export async function startDelivery(options: DeliveryOptions): Promise<void> {
  const { stripeUrl, ...given } = options;
  const bank = openControl(stripeUrl);
  try {
    const settings = { enabled: true, ...DELIVERY_DEFAULTS, ...given };
    await bank.ask("PUT", "delivery", settings, answer);
  } finally {
    await bank.close();
  }
}

export interface DeliveryCounts {
  readonly pending: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly failed: number;
}

const countsShape = z.object({
  webhooks_pending: z.int(),
  webhooks_delivered: z.int(),
  webhooks_duplicates: z.int(),
  webhooks_lost: z.int(),
  webhooks_failed: z.int(),
});

/** How far the sandbox has come with its webhooks. */
export async function readDelivery(stripeUrl: string): Promise<DeliveryCounts> {
  const bank = openControl(stripeUrl);
  try {
    const counts = await bank.ask("GET", "delivery", undefined, countsShape);
    return {
      pending: counts.webhooks_pending,
      delivered: counts.webhooks_delivered,
      duplicates: counts.webhooks_duplicates,
      lost: counts.webhooks_lost,
      failed: counts.webhooks_failed,
    };
  } finally {
    await bank.close();
  }
}

/** A kind that Stripe does not have; the hub must keep it as a dead letter and say so. */
export const STRANGE_KIND = "metering.dial_turned_backwards";

export interface StrangeEventOptions {
  readonly hubWebhookUrl: string;
  readonly webhookSecret?: string;
  readonly nowMs: number;
}

/**
 * Sends one signed event of a kind that nobody knows, as Stripe does on the day it invents one. The
 * sandbox cannot raise it, so the sweep never sees it. The same event every time: a repeat is a
 * duplicate. The hub must be up; throws E_DEMO_UNREACHABLE, E_DEMO_CONTROL_REFUSED.
 */
export async function sendStrangeEvent(options: StrangeEventOptions): Promise<void> {
  const { hubWebhookUrl, webhookSecret = DEMO_WEBHOOK_SECRET, nowMs } = options;
  const body = JSON.stringify({
    id: "evt_1QuillwaterStrangeKind0001",
    object: "event",
    api_version: DEMO_STRIPE_VERSION,
    created: STRANGE_AT,
    data: { object: { id: "dial_1Quillwater0001", object: "metering.dial", reading: -3 } },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: STRANGE_KIND,
  });
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", webhookSecret).update(`${seconds}.${body}`).digest("hex");
  const { pathname } = new URL(hubWebhookUrl);
  const caller = openCaller(hubWebhookUrl);
  try {
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": `t=${seconds},v1=${signature}`,
    };
    const { status, body: reason } = await caller.send({
      method: "POST",
      path: pathname,
      headers,
      body,
    });
    if (status >= 300) {
      throw demoErrors.E_DEMO_CONTROL_REFUSED({ call: `POST ${pathname}`, status, reason });
    }
  } finally {
    await caller.close();
  }
}

/** 2026-01-01T00:00:00Z. */
const STRANGE_AT = 1_767_225_600;
