/** Settings and events for tests of the NetSuite connector: the demo's US and DE entities. */

import type { ApplyContext } from "../../src/connectors/kit/target.ts";
import type { NetSuiteSettings } from "../../src/connectors/netsuite/settings.ts";
import { netsuiteSettingsSchema } from "../../src/connectors/netsuite/settings.ts";
import { objectKey } from "../../src/contracts/envelope.ts";
import type { Json } from "../../src/kernel/strict-json.ts";

export const SOURCE = "stripe-us";

export interface Credentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
}

export function settingsFor(
  baseUrl: string,
  account: string,
  credentials: Credentials,
): NetSuiteSettings {
  return netsuiteSettingsSchema.parse({
    connection: "netsuite",
    baseUrl,
    account,
    credentials,
    timeoutMs: 2000,
    connections: 16,
    currencies: {
      USD: { id: "1", decimals: 2 },
      EUR: { id: "4", decimals: 2 },
      JPY: { id: "5", decimals: 0 },
      KWD: { id: "7", decimals: 2 },
    },
    entities: {
      us: {
        subsidiary: "1",
        arAccount: "119",
        clearingAccounts: { [SOURCE]: { USD: "112", EUR: "112", JPY: "112" } },
        itemAccounts: {
          byProduct: {},
          others: { incomeAccount: "151", deferredRevenueAccount: "138" },
        },
        itemWithoutProduct: "2000",
        itemsByKind: { discount: "2000", shipping: "2000" },
        customerCurrencies: ["USD", "EUR", "JPY", "KWD"],
        taxCodes: {
          "jurisdiction:US-CA": { code: "301", type: "1" },
          "category:exempt": { code: "302", type: "1" },
        },
      },
    },
    itemType: "serviceSaleItem",
    policy: {
      archivedProducts: "keep",
      serviceDates: "send",
      zeroDocuments: "post",
      documentNumber: "source",
      tax: "billed",
    },
  });
}

export interface Given {
  readonly operation: string;
  readonly type: string;
  readonly entity: string;
  readonly id: string;
  readonly data: Json;
  readonly reference: string;
  readonly links?: Readonly<Record<string, string>>;
  readonly legalEntity?: string;
}

/** Keys of `links` are `<entity>/<id>` of the same source. */
export function contextOf(given: Given): ApplyContext {
  const links = Object.entries(given.links ?? {}).map(([key, external]) => {
    const [entity = "", ...id] = key.split("/");
    return [objectKey(SOURCE, entity, id.join("/")), external] as const;
  });
  return {
    operation: given.operation,
    event: {
      id: "evt_1",
      type: given.type,
      subject: objectKey(SOURCE, given.entity, given.id),
      occurred: "2026-01-15T10:00:00.000Z",
      version: "1",
      correlationId: "cor_1",
      legalEntity: given.legalEntity ?? "us",
      data: given.data,
    },
    reference: given.reference,
    links: new Map(links),
  };
}

export const usd = (amount: string) => ({ amount, currency: "USD" });

const ZONE = "America/New_York";

export function customerData(id: string, over: { [key: string]: Json } = {}): Json {
  return {
    id,
    name: `Customer ${id}`,
    email: `${id}@example.com`,
    addresses: [{ kind: "billing", address: { line1: "1 Main", city: "Reno", country: "US" } }],
    createdAt: "2026-01-01T00:00:00.000Z",
    metadata: {},
    ...over,
  };
}

export function productData(id: string, over: { [key: string]: Json } = {}): Json {
  return { id, name: `Plan ${id}`, active: true, deleted: false, metadata: {}, ...over };
}

/** 100.00 and 20.05 with 7.25 % on the first: 120.05 net, 7.25 tax, 127.30 gross. */
export function invoiceLines(): Json[] {
  const line = (id: string, amount: string, taxes: Json[]): Json => ({
    id,
    description: `Line ${id}`,
    productId: "prod_1",
    quantity: "3",
    amount: usd(amount),
    allowances: [],
    net: usd(amount),
    taxes,
    servicePeriod: { start: "2026-01-01", end: "2026-01-31" },
  });
  const tax = {
    amount: usd("7.25"),
    taxable: usd("100.00"),
    inclusive: false,
    category: "standard",
    percent: "7.25",
    jurisdiction: "US-CA",
  };
  return [line("l1", "100.00", [tax]), line("l2", "20.05", [])];
}

export function invoiceData(id: string, over: { [key: string]: Json } = {}): Json {
  return {
    id,
    number: `N-${id}`,
    type: "invoice",
    status: "open",
    customerId: "cus_1",
    issueDate: "2026-01-15",
    dueDate: "2026-02-14",
    timeZone: ZONE,
    currency: "USD",
    seller: { taxRegistrations: [] },
    buyer: { taxRegistrations: [] },
    lines: invoiceLines(),
    allowances: [],
    charges: [],
    net: usd("120.05"),
    taxBreakdown: [],
    tax: usd("7.25"),
    gross: usd("127.30"),
    settlements: [],
    paid: usd("0.00"),
    rounding: usd("0.00"),
    due: usd("127.30"),
    paymentIds: [],
    metadata: {},
    ...over,
  };
}

/** Takes back the second line: 20.05. */
export function creditMemoData(id: string, over: { [key: string]: Json } = {}): Json {
  return {
    id,
    number: `CN-${id}`,
    status: "issued",
    customerId: "cus_1",
    issueDate: "2026-01-20",
    timeZone: ZONE,
    currency: "USD",
    lines: invoiceLines().slice(1),
    allowances: [],
    charges: [],
    net: usd("20.05"),
    taxBreakdown: [],
    tax: usd("0.00"),
    gross: usd("20.05"),
    settlements: [],
    applied: usd("0.00"),
    unapplied: usd("20.05"),
    metadata: {},
    ...over,
  };
}

export function allocationData(payment: string, invoice: string, amount: string): Json {
  return {
    id: `${payment}:${invoice}`,
    paymentId: payment,
    invoiceId: invoice,
    amount: usd(amount),
    date: "2026-01-16",
    timeZone: ZONE,
    appliedAt: "2026-01-16T12:00:00.000Z",
  };
}

export function paymentData(id: string, over: { [key: string]: Json } = {}): Json {
  return {
    id,
    status: "succeeded",
    customerId: "cus_1",
    amount: usd("127.30"),
    date: "2026-01-16",
    timeZone: ZONE,
    createdAt: "2026-01-16T12:00:00.000Z",
    allocations: [],
    metadata: {},
    ...over,
  };
}

export function refundData(id: string, over: { [key: string]: Json } = {}): Json {
  return {
    id,
    status: "succeeded",
    amount: usd("20.05"),
    date: "2026-01-21",
    timeZone: ZONE,
    createdAt: "2026-01-21T12:00:00.000Z",
    metadata: {},
    ...over,
  };
}
