/**
 * The demo's configuration: an American company, booked in NetSuite, and a British one, booked in
 * Tryton where that runs; each with a Stripe account of its own, and one warehouse for both.
 */
import { contracts } from "../contracts/registry.ts";
import type { DemoEntity } from "../demo/names.ts";
import { DEMO_UK, DEMO_US } from "../demo/names.ts";
import { demoNetSuiteSettings } from "../demo/netsuite-settings.ts";
import { demoStripeSettings } from "../demo/stripe-settings.ts";
import type { TrytonBooks } from "../demo/tryton-books.ts";
import { DEMO_TRYTON_SEATS, demoTrytonSettings } from "../demo/tryton-books.ts";
import { billingToBooks } from "../flows/billing-to-books.ts";
import { eventsToWarehouse } from "../flows/events-to-warehouse.ts";
import type { Flow } from "../routing/flow.ts";
import type { SourceSetting, TargetSetting, TieoutConfig } from "./config.ts";
import { readTrytonBooks } from "./tryton-process.ts";

/** Addresses of the demo's systems. */
export interface Sandboxes {
  readonly stripe: string;
  readonly netsuite: string;
  /** Undefined where no Tryton runs: then the British company is left out. */
  readonly british: SecondCompany | undefined;
}

export interface SecondCompany {
  readonly stripe: string;
  readonly books: TrytonBooks;
}

/** The second company, when it has a Stripe account and its books were prepared. */
export function secondCompany(
  stripe: string | undefined,
  dataDir: string,
): SecondCompany | undefined {
  const books = readTrytonBooks(dataDir);
  return stripe === undefined || books === undefined ? undefined : { stripe, books };
}

/** The sandbox process cuts requests off after three seconds, and its reads by id do not lag. */
const SANDBOX_LIMITS = { longestRunMs: 3000, indexLagMs: 0 };

export function demoConfig(sandboxes: Sandboxes, databaseUrl: string): TieoutConfig {
  const { stripe, netsuite, british } = sandboxes;
  const netSuite = {
    ...demoNetSuiteSettings({ baseUrl: netsuite }),
    limits: SANDBOX_LIMITS,
  };
  const warehouse = { connection: WAREHOUSE, account: "demo-warehouse", url: databaseUrl };
  return {
    sources: [
      accountOf(DEMO_US, stripe),
      ...(british === undefined ? [] : [accountOf(DEMO_UK, british.stripe)]),
    ],
    targets: [
      { system: "netsuite", budget: "netsuite", settings: netSuite },
      ...(british === undefined ? [] : [trytonOf(british.books)]),
      { system: "warehouse", budget: WAREHOUSE, settings: warehouse },
    ],
    budgets: [
      // NetSuite's lowest service tier gives fifteen seats an account; three stay for other tools.
      { name: "netsuite", concurrency: 12 },
      ...(british === undefined ? [] : [{ name: "tryton", concurrency: DEMO_TRYTON_SEATS }]),
      { name: WAREHOUSE, concurrency: 2 },
    ],
    flows: [...flowsOf(DEMO_US), ...(british === undefined ? [] : flowsOf(DEMO_UK))],
    sweepMinutes: 0.2,
    graceSeconds: 5,
  };
}

const WAREHOUSE = "warehouse";

function accountOf(entity: DemoEntity, origin: string): SourceSetting {
  return { system: "stripe", settings: demoStripeSettings({ origin, entity }) };
}

function trytonOf(books: TrytonBooks): TargetSetting {
  return { system: "tryton", budget: "tryton", settings: demoTrytonSettings(books) };
}

/** Each legal entity's documents go to its own books, and everything to the warehouse. */
function flowsOf({ source, books, legalEntity }: DemoEntity): Flow[] {
  const types = contracts.map((contract) => contract.type);
  return [
    billingToBooks(source, books, { postZeroDocuments: false, legalEntities: [legalEntity] }),
    eventsToWarehouse(source, WAREHOUSE, types),
  ];
}
