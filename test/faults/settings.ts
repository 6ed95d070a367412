/** The connections of a fault run, the same for the hubs and for the checks after it. */
import type { TieoutConfig } from "../../src/app/config.ts";
import { contracts } from "../../src/contracts/registry.ts";
import { billingToBooks } from "../../src/flows/billing-to-books.ts";
import { eventsToWarehouse } from "../../src/flows/events-to-warehouse.ts";
import { DEMO_ACCOUNT, DEMO_CREDENTIALS } from "../../src/sandbox/netsuite/sandbox.ts";
import { TOKEN_USER } from "../../src/sandbox/netsuite/system-notes.ts";
import { SOURCE, settingsFor } from "../connectors/netsuite-given.ts";
import { BUDGET, INDEX_LAG_MS, LONGEST_RUN_MS, TIMEOUT_MS } from "./target-faults.ts";

export { SOURCE };

export const BOOKS = "netsuite";
export const WAREHOUSE = "warehouse";

/** Sales tax of one county, as Stripe's tax rate and NetSuite's code name it. */
export const JURISDICTION = "US-CA";

/** In which a document's date is that of its period. */
export const ENTITY_ZONE = "America/New_York";

export interface Places {
  readonly stripeUrl: string;
  readonly netsuiteUrl: string;
  readonly webhookSecrets: readonly string[];
  readonly databaseUrl: string;
}

/** Seconds between two readings of Stripe's own list; what both endpoints lost comes back by it. */
const SWEEP_SECONDS = 20;

export function faultRunConfig(places: Places): TieoutConfig {
  const types = contracts.map((contract) => contract.type);
  return {
    sources: [
      {
        system: "stripe",
        settings: {
          connection: SOURCE,
          origin: places.stripeUrl,
          apiKey: "sk_test_faults",
          webhookSecrets: [...places.webhookSecrets],
          livemode: false,
          legalEntity: { id: "us", timeZone: ENTITY_ZONE },
        },
      },
    ],
    targets: [
      {
        system: "netsuite",
        budget: BOOKS,
        settings: {
          ...settingsFor(places.netsuiteUrl, DEMO_ACCOUNT, DEMO_CREDENTIALS),
          connection: BOOKS,
          timeoutMs: TIMEOUT_MS,
          connections: BUDGET + 1,
          observe: {
            timeZone: "America/Los_Angeles",
            owns: ["invoice", "creditMemo", "customerPayment"],
            ourUser: TOKEN_USER,
            lagMs: INDEX_LAG_MS,
          },
          limits: { longestRunMs: LONGEST_RUN_MS, indexLagMs: INDEX_LAG_MS },
        },
      },
      {
        system: "warehouse",
        budget: WAREHOUSE,
        settings: { connection: WAREHOUSE, account: "faults", url: places.databaseUrl },
      },
    ],
    budgets: [
      { name: BOOKS, concurrency: BUDGET },
      { name: WAREHOUSE, concurrency: 2 },
    ],
    flows: [
      billingToBooks(SOURCE, BOOKS, { postZeroDocuments: false }),
      eventsToWarehouse(SOURCE, WAREHOUSE, types),
    ],
    sweepMinutes: SWEEP_SECONDS / 60,
  };
}
