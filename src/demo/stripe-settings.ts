/** Settings of the Stripe connection: the sandbox's account, one legal entity, one time zone. */
import {
  DEMO_LEGAL_ENTITY,
  DEMO_STRIPE_API_KEY,
  DEMO_STRIPE_CONNECTION,
  DEMO_STRIPE_VERSION,
  DEMO_TIME_ZONE,
  DEMO_WEBHOOK_SECRET,
} from "./names.ts";

export interface DemoStripeOptions {
  /** Origin of the Stripe sandbox. */
  readonly origin: string;
  readonly connection?: string;
  readonly webhookSecret?: string;
}

/** In the shape of the Stripe connector's settings. */
export function demoStripeSettings(options: DemoStripeOptions) {
  return {
    connection: options.connection ?? DEMO_STRIPE_CONNECTION,
    origin: options.origin,
    apiKey: DEMO_STRIPE_API_KEY,
    apiVersion: DEMO_STRIPE_VERSION,
    webhookSecrets: [options.webhookSecret ?? DEMO_WEBHOOK_SECRET],
    livemode: false,
    legalEntity: { id: DEMO_LEGAL_ENTITY, timeZone: DEMO_TIME_ZONE },
    timeoutMs: 10_000,
  };
}
