/** The demo company's configuration: one Stripe account, one NetSuite account, a warehouse. */
import { contracts } from "../contracts/registry.ts";
import { DEMO_NETSUITE_CONNECTION, DEMO_STRIPE_CONNECTION } from "../demo/names.ts";
import { demoNetSuiteSettings } from "../demo/netsuite-settings.ts";
import { demoStripeSettings } from "../demo/stripe-settings.ts";
import { billingToBooks } from "../flows/billing-to-books.ts";
import { eventsToWarehouse } from "../flows/events-to-warehouse.ts";
import type { TieoutConfig } from "./config.ts";

export interface DemoAddresses {
  readonly stripeUrl: string;
  readonly netsuiteUrl: string;
  readonly databaseUrl: string;
}

/** The sandbox process cuts requests off after three seconds, and its reads by id do not lag. */
const SANDBOX_LIMITS = { longestRunMs: 3000, indexLagMs: 0 };

export function demoConfig(addresses: DemoAddresses): TieoutConfig {
  const source = DEMO_STRIPE_CONNECTION;
  const books = DEMO_NETSUITE_CONNECTION;
  const types = contracts.map((contract) => contract.type);
  return {
    sources: [
      {
        system: "stripe",
        settings: demoStripeSettings({ origin: addresses.stripeUrl, connection: source }),
      },
    ],
    targets: [
      {
        system: "netsuite",
        budget: "netsuite",
        settings: {
          ...demoNetSuiteSettings({ baseUrl: addresses.netsuiteUrl }),
          limits: SANDBOX_LIMITS,
        },
      },
      {
        system: "warehouse",
        budget: "warehouse",
        settings: {
          connection: "warehouse",
          account: "demo-warehouse",
          url: addresses.databaseUrl,
        },
      },
    ],
    budgets: [
      // NetSuite's lowest service tier gives fifteen seats an account; three stay for other tools.
      { name: "netsuite", concurrency: 12 },
      { name: "warehouse", concurrency: 2 },
    ],
    flows: [
      billingToBooks(source, books, { postZeroDocuments: false }),
      eventsToWarehouse(source, "warehouse", types),
    ],
    sweepMinutes: 0.2,
    graceSeconds: 5,
  };
}
