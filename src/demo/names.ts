/**
 * Fixed names of the demo: what the supervisor, the hub's settings and the story must agree on.
 *
 * seed     of the Stripe sandbox's world and of the story; ids, secrets and amounts follow from it
 * entity   a legal entity with a Stripe account and books of its own; the second one's books are a
 *          real Tryton server, where one is installed
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

/** One company of the group. */
export interface DemoEntity {
  readonly legalEntity: string;
  readonly company: string;
  readonly timeZone: string;
  /** Connection of its Stripe account. */
  readonly source: string;
  /** Connection of its books. */
  readonly books: string;
  readonly seed: number;
  readonly apiKey: string;
}

export const DEMO_US: DemoEntity = {
  legalEntity: DEMO_LEGAL_ENTITY,
  company: DEMO_COMPANY,
  timeZone: DEMO_TIME_ZONE,
  source: DEMO_STRIPE_CONNECTION,
  books: DEMO_NETSUITE_CONNECTION,
  seed: DEMO_SEED,
  apiKey: DEMO_STRIPE_API_KEY,
};

export const DEMO_UK: DemoEntity = {
  legalEntity: "uk",
  company: "Quillwater Metering (UK) Ltd",
  timeZone: "Europe/London",
  source: "stripe-uk",
  books: "tryton-uk",
  seed: 2,
  apiKey: "sk_test_quillwater_uk",
};

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
