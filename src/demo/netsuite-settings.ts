/**
 * Settings of the NetSuite connection for the sandbox's first day (its README, "Reference data"),
 * complete but for one planted gap: sales tax of Texas has no code.
 *
 * archivedProducts is `inactivate` although customers still pay for an archived product: the
 * connector's README warns of it, and the demo shows what it costs.
 */
import { DEMO_ACCOUNT, DEMO_CREDENTIALS } from "../sandbox/netsuite/sandbox.ts";
import { TOKEN_USER } from "../sandbox/netsuite/system-notes.ts";
import { DEMO_LEGAL_ENTITY, DEMO_NETSUITE_CONNECTION, DEMO_STRIPE_CONNECTION } from "./names.ts";

export interface DemoNetSuiteOptions {
  /** Origin of the NetSuite sandbox. */
  readonly baseUrl: string;
  readonly connection?: string;
  readonly stripeConnection?: string;
  /** Seats the hub may take; one more connection is kept for probes. */
  readonly seats?: number;
  /** True mends the planted gap. */
  readonly texasMapped?: boolean;
}

/** Longer than any honest answer of the sandbox, shorter than the slow one that is planted. */
export const DEMO_NETSUITE_TIMEOUT_MS = 4000;
/** Jurisdictions in which the company bills tax and the settings name no code. */
export const UNMAPPED_JURISDICTIONS: readonly string[] = ["Texas"];

/** Internal ids that `prepareNetSuiteAccount` makes in the account before anything posts. */
export const DEMO_ITEMS = {
  withoutProduct: "2901",
  discount: "2902",
  other: "2903",
} as const;

const SUBSIDIARY_US = "1";
const RECEIVABLES = "119";
const STRIPE_CLEARING = "112";
export const SUBSCRIPTION_REVENUE = "151";
export const SERVICES_REVENUE = "153";
const SALES_TAX = { code: "301", type: "1" };

const CURRENCIES = {
  USD: { id: "1", decimals: 2 },
  GBP: { id: "2", decimals: 2 },
  EUR: { id: "4", decimals: 2 },
  JPY: { id: "5", decimals: 0 },
  HUF: { id: "6", decimals: 2 },
  KWD: { id: "7", decimals: 2 },
} as const;

/** In the shape of the NetSuite connector's settings. */
export function demoNetSuiteSettings(options: DemoNetSuiteOptions) {
  const codes = Object.keys(CURRENCIES);
  const clearing = Object.fromEntries(codes.map((code) => [code, STRIPE_CLEARING]));
  return {
    connection: options.connection ?? DEMO_NETSUITE_CONNECTION,
    baseUrl: options.baseUrl,
    account: DEMO_ACCOUNT,
    credentials: { ...DEMO_CREDENTIALS },
    timeoutMs: DEMO_NETSUITE_TIMEOUT_MS,
    connections: (options.seats ?? 8) + 1,
    currencies: { ...CURRENCIES },
    entities: {
      [DEMO_LEGAL_ENTITY]: {
        subsidiary: SUBSIDIARY_US,
        arAccount: RECEIVABLES,
        clearingAccounts: { [options.stripeConnection ?? DEMO_STRIPE_CONNECTION]: clearing },
        itemAccounts: { byProduct: {}, others: { incomeAccount: SUBSCRIPTION_REVENUE } },
        itemWithoutProduct: DEMO_ITEMS.withoutProduct,
        itemsByKind: { discount: DEMO_ITEMS.discount, other: DEMO_ITEMS.other },
        customerCurrencies: codes,
        taxCodes: {
          "jurisdiction:California": SALES_TAX,
          "jurisdiction:Washington": SALES_TAX,
          ...(options.texasMapped === true ? { "jurisdiction:Texas": SALES_TAX } : {}),
        },
      },
    },
    itemType: "serviceSaleItem" as const,
    ledgerRecord: "customrecord_tieout_ledger",
    // The sandbox's own zone and user; its search does not lag unless told to.
    observe: {
      timeZone: "America/Los_Angeles",
      owns: ["invoice" as const, "creditMemo" as const],
      ourUser: TOKEN_USER,
      lagMs: 0,
    },
    policy: {
      archivedProducts: "inactivate" as const,
      serviceDates: "omit" as const,
      zeroDocuments: "hold" as const,
      documentNumber: "netsuite" as const,
      tax: "billed" as const,
    },
  };
}
