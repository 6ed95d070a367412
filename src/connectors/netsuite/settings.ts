/**
 * What a NetSuite connection must be told. Nothing here has a silent default that names an
 * account, an item or a tax: a missing entry is a lack with the name of the setting.
 *
 * account         NetSuite's account id, `1234567` or `1234567_SB1`; the realm of the signature
 * legal entity    our key; each is one subsidiary in NetSuite
 * AR account      the receivables account invoices and payments post to
 * clearing        the account a processor's money waits in until its payout
 * item accounts   income account (and deferred revenue) of the items we make
 * tax code        NetSuite's tax code and tax type for a tax as the contract names it
 * internal id     NetSuite's own number of a record, as text
 */
import { z } from "zod";

const internalId = z.string().regex(/^-?[1-9]\d*$/, "an internal id is a whole number as text");
const currencyCode = z.string().regex(/^[A-Z]{3}$/);
const secret = z.string().min(1);

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Origin only. Plain http is for a stand-in on this machine. */
const baseUrl = z.url().refine(
  (text) => {
    const url = new URL(text);
    const secure = url.protocol === "https:" || LOOPBACK.has(url.hostname);
    return secure && url.pathname === "/" && url.search === "" && url.username === "";
  },
  { error: "an https origin without a path: https://1234567.suitetalk.api.netsuite.com" },
);

/** SuiteTax, for REST has no access to legacy tax (vendor: "Invoice" in the REST record guide). */
const taxCode = z.strictObject({ code: internalId, type: internalId });

const itemAccounts = z.strictObject({
  incomeAccount: internalId,
  /** Required where revenue is deferred: without it NetSuite books income at once. */
  deferredRevenueAccount: internalId.optional(),
});

const legalEntity = z.strictObject({
  subsidiary: internalId,
  arAccount: internalId,
  /** Source connection → currency → account. */
  clearingAccounts: z.record(z.string(), z.record(currencyCode, internalId)),
  /** Accounts of the items we make: by product id of the source, and for those not named. */
  itemAccounts: z.strictObject({
    byProduct: z.record(z.string(), itemAccounts),
    others: itemAccounts.optional(),
  }),
  /** The item for lines that name no product, such as a manual invoice item. */
  itemWithoutProduct: internalId.optional(),
  /** Items for allowances and charges of a whole document, by their kind in the contract. */
  itemsByKind: z.partialRecord(
    z.enum(["discount", "prepaid-credit", "shipping", "tax-rounding", "other"]),
    internalId,
  ),
  /** Currencies a customer of this entity may be billed in. */
  customerCurrencies: z.array(currencyCode).min(1),
  /** Key as `kit/tax-keys.ts` makes it of a tax. */
  taxCodes: z.record(z.string(), taxCode),
  /** SuiteTax needs a tax schedule on each item. */
  taxSchedule: internalId.optional(),
});

/** The transactions we make, by NetSuite's record types. */
export const DOCUMENT_TYPES = [
  "invoice",
  "creditMemo",
  "customerPayment",
  "customerRefund",
] as const;

const observe = z.strictObject({
  /** IANA zone in which SuiteQL tells times: the account's, as far as we know. */
  timeZone: z.string().refine(isZone, { error: "an IANA time zone: America/Los_Angeles" }),
  /** Types that only come through Tieout: one that somebody else enters is an exception. */
  owns: z.array(z.enum(DOCUMENT_TYPES)).default([]),
  /** Employee name of the token's user, so that our own changes are known for ours. */
  ourUser: z.string().min(1).optional(),
  /** How long SuiteQL may not see a change; only for an account known to be faster. */
  lagMs: z.number().int().min(0).max(900_000).optional(),
});

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const netsuiteSettingsSchema = z.strictObject({
  connection: z.string().min(1),
  baseUrl,
  account: z.string().regex(/^[A-Za-z0-9]+(_[A-Za-z0-9]+)?$/),
  credentials: z.strictObject({
    consumerKey: secret,
    consumerSecret: secret,
    tokenId: secret,
    tokenSecret: secret,
  }),
  /** Our time-out of a call, milliseconds. */
  timeoutMs: z.number().int().min(1000).max(900_000),
  /** Connections kept open: the seats of the budget, plus one for probes. */
  connections: z.number().int().min(1).max(200),
  /** ISO code → NetSuite's currency record; `decimals` as its precision says: 0 or 2. */
  currencies: z.record(
    currencyCode,
    z.strictObject({ id: internalId, decimals: z.union([z.literal(0), z.literal(2)]) }),
  ),
  entities: z.record(z.string(), legalEntity),
  itemType: z.enum(["serviceSaleItem", "nonInventorySaleItem"]),
  /**
   * Shorter than the documented durations only for an account known to keep to them, such as the
   * sandbox: a probe's "absent" is believed after them.
   */
  limits: z
    .strictObject({
      longestRunMs: z.number().int().min(0).max(900_000),
      indexLagMs: z.number().int().min(0).max(900_000),
    })
    .optional(),
  /**
   * A custom record type of the account with the text fields `custrecord_tieout_epoch` and
   * `custrecord_tieout_instance`: there stands which copy of the ledger may send.
   */
  ledgerRecord: z
    .string()
    .regex(/^customrecord_\w+$/, "a custom record type: customrecord_tieout_ledger")
    .optional(),
  /** Without it nobody looks at what is done in NetSuite by hand. */
  observe: observe.optional(),
  policy: z.strictObject({
    /** `documents`: after each posting read and compare; `doubt`: only when in doubt. */
    readBack: z.enum(["documents", "doubt"]).default("documents"),
    /**
     * A product archived in the source: NetSuite refuses documents with an inactive item, so
     * `inactivate` is for sources whose open subscriptions never outlive their products.
     */
    archivedProducts: z.enum(["keep", "inactivate"]),
    /**
     * `send`: lines carry their service period for NetSuite's revenue recognition; `omit`: another
     * system recognises revenue. Exactly one may.
     */
    serviceDates: z.enum(["send", "omit"]),
    /** A document that is zero: post it, or hold it for a person. */
    zeroDocuments: z.enum(["post", "hold"]),
    /**
     * `source`: tranId is the source's number (needs "Allow Override" in NetSuite's auto-generated
     * numbers); `netsuite`: NetSuite counts, and the source's number stands in otherRefNum.
     */
    documentNumber: z.enum(["source", "netsuite"]),
    /**
     * `billed`: tax as the source billed it, by override; `netsuite`: left to NetSuite's engine,
     * only for entities whose invoices NetSuite issues (accounting rule: before issue the engine
     * decides, after issue the tax that was billed).
     */
    tax: z.enum(["billed", "netsuite"]),
  }),
});

export type NetSuiteSettings = z.infer<typeof netsuiteSettingsSchema>;
export type LegalEntitySettings = z.infer<typeof legalEntity>;
