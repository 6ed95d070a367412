/** The connections of a fault run, the same for the hubs and for the checks after it. */
import type { TargetSetting, TieoutConfig } from "../../src/app/config.ts";
import { contracts } from "../../src/contracts/registry.ts";
import { billingToBooks } from "../../src/flows/billing-to-books.ts";
import { eventsToWarehouse } from "../../src/flows/events-to-warehouse.ts";
import type { SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import type { TrytonAccess } from "../../src/sandbox/tryton/types.ts";
import { SOURCE } from "../connectors/netsuite-given.ts";
import { TRYTON_SEATS } from "./tryton-faults.ts";

export { SOURCE };

/** The connection to the books, and its budget. */
export const BOOKS = "books";
export const WAREHOUSE = "warehouse";

/** Sales tax of one county, as Stripe's tax rate and NetSuite's code name it. */
export const JURISDICTION = "US-CA";

/** In which a document's date is that of its period. */
export const ENTITY_ZONE = "America/New_York";

export interface Places {
  readonly stripeUrl: string;
  readonly books: TargetSetting;
  /** Seats of the books' budget. */
  readonly seats: number;
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
      places.books,
      {
        system: "warehouse",
        budget: WAREHOUSE,
        settings: { connection: WAREHOUSE, account: "faults", url: places.databaseUrl },
      },
    ],
    budgets: [
      { name: BOOKS, concurrency: places.seats },
      { name: WAREHOUSE, concurrency: 2 },
    ],
    flows: [
      billingToBooks(SOURCE, BOOKS, { postZeroDocuments: false }),
      eventsToWarehouse(SOURCE, WAREHOUSE, types),
    ],
    sweepMinutes: SWEEP_SECONDS / 60,
  };
}

export interface TrytonPlace {
  readonly url: string;
  readonly user: TrytonAccess;
  readonly seeded: SeededCompany;
  readonly unit: number;
  readonly times: { readonly timeoutMs: number; readonly longestRunMs: number };
}

/** What posts where, by the codes of the sandbox's chart. */
export const TRYTON_ACCOUNTS = {
  customers: "1200",
  clearing: "1120",
  "tax-payable": "2300",
  "contract-liability": "4800",
} as const;

export function trytonSetting({ url, user, seeded, unit, times }: TrytonPlace): TargetSetting {
  const account = (name: keyof typeof TRYTON_ACCOUNTS): number =>
    seeded.accounts[TRYTON_ACCOUNTS[name]] ?? 0;
  const journal = (type: string): number => seeded.journals[type] ?? 0;
  const cash = journal("cash");
  const tax = { account: account("tax-payable"), description: "Sales tax" };
  return {
    system: "tryton",
    budget: BOOKS,
    settings: {
      connection: BOOKS,
      baseUrl: url,
      database: user.database,
      account: "faults",
      credentials: { user: user.user, password: user.password },
      timeoutMs: times.timeoutMs,
      connections: TRYTON_SEATS + 1,
      currencies: { USD: seeded.currency },
      unit,
      entities: {
        us: {
          company: seeded.company,
          companyCurrency: "USD",
          receivable: seeded.receivable,
          journals: { revenue: journal("revenue"), cash, general: journal("general") },
          clearingAccounts: { [SOURCE]: { USD: account("clearing") } },
          revenueAccounts: { byProduct: {}, others: account("contract-liability") },
          accountsByKind: {},
          taxes: { [`jurisdiction:${JURISDICTION}`]: tax },
        },
      },
      limits: { longestRunMs: times.longestRunMs, indexLagMs: 0 },
      policy: { numbers: "source", archivedProducts: "inactivate", zeroDocuments: "post" },
    },
  };
}
