/** Settings of the Stripe connection: the sandbox's account, one legal entity, one time zone. */
import type { DemoEntity } from "./names.ts";
import { DEMO_STRIPE_VERSION, DEMO_US, demoWebhookSecret } from "./names.ts";

export interface DemoStripeOptions {
  /** Origin of the Stripe sandbox. */
  readonly origin: string;
  /** Whose account it is; the American company's when absent. */
  readonly entity?: DemoEntity;
}

/** In the shape of the Stripe connector's settings. */
export function demoStripeSettings(options: DemoStripeOptions) {
  const { origin, entity = DEMO_US } = options;
  return {
    connection: entity.source,
    origin,
    apiKey: entity.apiKey,
    apiVersion: DEMO_STRIPE_VERSION,
    webhookSecrets: [demoWebhookSecret(entity.seed)],
    livemode: false,
    legalEntity: { id: entity.legalEntity, timeZone: entity.timeZone },
    timeoutMs: 10_000,
  };
}
