/**
 * What a Tryton connection must be told. Nothing here has a silent default that names an account,
 * a journal or a tax: a missing entry is a lack with the name of the setting.
 *
 * account        our name of the database at this address; part of every reference, so it must not
 *                change when the server moves
 * record id      Tryton's own number of a record
 * company        Tryton's company record; each legal entity is one
 * receivable     the account that invoices and payments of customers post to
 * clearing       the account a processor's money waits in until its payout
 * unit           the unit of measure of products and of lines that name one: `Unit`
 */
import { z } from "zod";

const recordId = z.number().int().positive();
const currencyCode = z.string().regex(/^[A-Z]{3}$/);
const secret = z.string().min(1);

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Origin only. Plain http is for a server on this machine or behind its own gateway. */
const baseUrl = z.url().refine(
  (text) => {
    const url = new URL(text);
    const secure = url.protocol === "https:" || LOOPBACK.has(url.hostname);
    return secure && url.pathname === "/" && url.search === "" && url.username === "";
  },
  { error: "an https origin without a path: https://books.example.com" },
);

const tax = z.strictObject({
  account: recordId,
  /** Tryton's tax record, for its tax report; without one the amount is on the account only. */
  tax: recordId.optional(),
  description: z.string().min(1),
});

const legalEntity = z.strictObject({
  company: recordId,
  /** The currency the company keeps its books in, as Tryton's company record says. */
  companyCurrency: currencyCode,
  receivable: recordId,
  journals: z.strictObject({
    /** Type `revenue`: invoices and credit notes. */
    revenue: recordId,
    /** Type `cash`: payments and refunds. */
    cash: recordId,
    /** Type `general`: applications of credit and journal entries. */
    general: recordId,
  }),
  /** Source connection → currency → account. */
  clearingAccounts: z.record(z.string(), z.record(currencyCode, recordId)),
  /** Revenue account of lines: by product id of the source, and for those not named. */
  revenueAccounts: z.strictObject({
    byProduct: z.record(z.string(), recordId),
    others: recordId.optional(),
  }),
  /** Accounts for allowances and charges of a whole document, by their kind in the contract. */
  accountsByKind: z.partialRecord(
    z.enum(["discount", "prepaid-credit", "shipping", "tax-rounding", "other"]),
    recordId,
  ),
  /** Key as `kit/tax-keys.ts` makes it of a tax. */
  taxes: z.record(z.string(), tax),
  /** Accounts that journal entries name by a key of ours. */
  accounts: z.record(z.string(), recordId).default({}),
});

/** The documents we make, as listings name them. */
const DOCUMENT_TYPES = ["invoice", "credit-note", "move"] as const;

const observe = z.strictObject({
  /** Types that only come through Tieout: one that somebody else enters is an exception. */
  owns: z.array(z.enum(DOCUMENT_TYPES)).default([]),
  /** How long a change may be under way in a transaction; only for a server known to be faster. */
  lagMs: z.number().int().min(0).max(900_000).optional(),
});

export const trytonSettingsSchema = z.strictObject({
  connection: z.string().min(1),
  baseUrl,
  database: z.string().regex(/^[A-Za-z0-9_-]+$/),
  account: z.string().min(1),
  credentials: z.strictObject({ user: secret, password: secret }),
  /** Our time-out of a whole request, all its calls together, milliseconds. */
  timeoutMs: z.number().int().min(1000).max(900_000),
  /** Connections kept open: the seats of the budget, plus one for probes. */
  connections: z.number().int().min(1).max(200),
  /** ISO code → Tryton's currency record. */
  currencies: z.record(currencyCode, recordId),
  unit: recordId,
  /** Decimals of a unit price, as `[product] price_decimal` of the server says. */
  priceDecimals: z.number().int().min(2).max(10).default(4),
  entities: z.record(z.string(), legalEntity),
  /**
   * Shorter than the assumed durations only for a server known to keep to them: a probe's "absent"
   * is believed after them.
   */
  limits: z
    .strictObject({
      longestRunMs: z.number().int().min(0).max(900_000),
      indexLagMs: z.number().int().min(0).max(900_000),
    })
    .optional(),
  /** Without it nobody looks at what is done in Tryton by hand. */
  observe: observe.optional(),
  policy: z.strictObject({
    /** `documents`: after each posting read and compare; `doubt`: only when in doubt. */
    readBack: z.enum(["documents", "doubt"]).default("documents"),
    /**
     * `source`: the number that was legally issued stands on the invoice, and Tryton's sequence is
     * not touched; `target`: Tryton's gapless sequence numbers, in the order of dates.
     */
    numbers: z.enum(["source", "target"]),
    /** A product archived in the source; Tryton hides inactive products from people. */
    archivedProducts: z.enum(["keep", "inactivate"]),
    /** A document that is zero: post it, or hold it for a person. */
    zeroDocuments: z.enum(["post", "hold"]),
  }),
});

export type TrytonSettings = z.infer<typeof trytonSettingsSchema>;
export type LegalEntitySettings = z.infer<typeof legalEntity>;
export type TaxSettings = z.infer<typeof tax>;
