/**
 * Fixed names of the demo: what the supervisor, the hub's settings and the story must agree on.
 *
 * seed   of the Stripe sandbox's world and of the story; ids, secrets and amounts follow from it
 */
import { openStripeWorld } from "../sandbox/stripe/world.ts";

export const DEMO_SEED = 1;
export const DEMO_COMPANY = "Quillwater Metering, Inc.";
export const DEMO_STRIPE_API_KEY = "sk_test_quillwater_demo";
export const DEMO_STRIPE_CONNECTION = "stripe-us";
export const DEMO_NETSUITE_CONNECTION = "netsuite-us";
export const DEMO_LEGAL_ENTITY = "us";
/** Days of documents are counted here, as in the NetSuite sandbox's account. */
export const DEMO_TIME_ZONE = "America/Los_Angeles";
/** The API version of the account and of its endpoint. */
export const DEMO_STRIPE_VERSION = "2026-10-28.endive";

const standingClock = { now: () => 0, monotonic: () => 0 };

/**
 * The secret that a fresh sandbox of this seed gives to the first endpoint made in it. The hub
 * needs it before the sandbox has made anything, and Stripe's API takes no secret; so the same code
 * makes it here, in memory. `seedMonth` checks that the sandbox agreed.
 */
export function demoWebhookSecret(seed: number = DEMO_SEED): string {
  const world = openStripeWorld({ clock: standingClock, seed });
  const endpoint = world.createWebhookEndpoint({
    url: "http://127.0.0.1/",
    enabled_events: ["*"],
  });
  world.close();
  return endpoint.secrets[0] ?? "";
}

export const DEMO_WEBHOOK_SECRET: string = demoWebhookSecret();
