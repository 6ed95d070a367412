/**
 * The state of the stand-in for NetSuite's SuiteTalk REST.
 *
 * record    one instance of a record type: body fields, sublists, and what the account computed
 * group     record types that share internal ids and external ids (documented: "Uniqueness of
 *           Internal and External IDs"): all transactions, all entities, all items …
 * image     a record as it is after an effect; the journal holds images, so a replay computes
 *           nothing anew and can never come out different
 * minor     an amount in the smallest unit NetSuite keeps, which is 2 or 0 decimals by currency
 *           and never 3 (`CurrencyCurrencyPrecision` is `_two` or `_zero`): KWD loses its fils
 * posting   one debit or credit of a transaction's effect on the general ledger
 * application  an amount of a payment, credit memo or refund set against another transaction
 * base      the subsidiary's own currency
 */
import type { Effect } from "../kit/journal.ts";

export const RECORD_TYPES = [
  "account",
  "accountingPeriod",
  "creditMemo",
  "currency",
  "customer",
  "customrecord_tieout_ledger",
  "customerPayment",
  "customerRefund",
  "invoice",
  "journalEntry",
  "nonInventorySaleItem",
  "salesTaxItem",
  "serviceSaleItem",
  "subsidiary",
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export type RecordGroup =
  | "account"
  | "currency"
  | "custom"
  | "entity"
  | "item"
  | "period"
  | "subsidiary"
  | "taxitem"
  | "transaction";

/** Text, decimal and date as text, an id of another record, ids of several, or kept as it came. */
export type FieldValue = string | boolean | readonly string[] | { readonly opaque: unknown };
export type Line = Readonly<Record<string, FieldValue>>;
export type Body = Readonly<Record<string, FieldValue>>;
export type Sublists = Readonly<Record<string, readonly Line[]>>;

export interface Posting {
  readonly account: string;
  /** Minor units of the transaction's currency, as an integer text; one of the two is "0". */
  readonly debit: string;
  readonly credit: string;
  /** Minor units of the subsidiary's currency; debit positive, credit negative. */
  readonly base: string;
  /** Line of the document that it comes from; 0 is the main line (AR, or the cash account). */
  readonly line: number;
  readonly tax: boolean;
}

export interface Application {
  readonly doc: string;
  /** Minor units, integer text. */
  readonly amount: string;
}

/** What the account computed of a transaction; minor units as integer texts. */
export interface TransactionFacts {
  readonly subtotal: string;
  readonly tax: string;
  readonly total: string;
  readonly period: string;
  readonly postings: readonly Posting[];
  readonly applications: readonly Application[];
  /** Voided: it stays, and everything in it is zero. */
  readonly voided?: true;
}

export interface StoredRecord {
  readonly type: RecordType;
  readonly id: string;
  readonly externalId: string | null;
  readonly body: Body;
  readonly sublists: Sublists;
  readonly facts: TransactionFacts | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Where an effect came from; the connector's own effects are `rest` and `async`. */
export type EffectOrigin = "async" | "control" | "rest" | "reversal";

/** One change of one record: the line that checks of SingleEffect and NoOrphan read. */
export interface RecordEffect extends Effect {
  readonly kind: "record";
  readonly effect: "create" | "delete" | "update";
  readonly type: RecordType;
  readonly id: string;
  readonly externalId: string | null;
  /** Total of a transaction as decimal text, else null. */
  readonly amount: string | null;
  /** ISO code, of transactions only. */
  readonly currency: string | null;
  /** How a PUT came out; null for every other method. */
  readonly upsert: "create" | "update" | null;
  readonly origin: EffectOrigin;
  /** `oauth_nonce` and SHA-256 of the body of the request, null for the control plane. */
  readonly nonce: string | null;
  readonly requestHash: string | null;
  /** Name of the user who did it; journals of an older sandbox do not have it. */
  readonly by?: string | null;
  /** Null after a delete. */
  readonly image: StoredRecord | null;
}

/** A preference of the account, changed through the control plane. */
export interface SettingEffect extends Effect {
  readonly kind: "setting";
  readonly settings: AccountSettings;
}

export interface JobResult {
  readonly status: number;
  readonly location: string | null;
  readonly body: string | null;
}

/** What an asynchronous request needs to run later, also after a restart. */
export interface StoredRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly nonce: string;
}

/** An asynchronous request taken in, and later what became of it. */
export interface JobEffect extends Effect {
  readonly kind: "job";
  readonly job: string;
  readonly key: string | null;
  readonly progress: "failed" | "pending" | "succeeded";
  /** Null once it has run. */
  readonly request: StoredRequest | null;
  readonly result: JobResult | null;
}

export type NetSuiteEffect = JobEffect | RecordEffect | SettingEffect;

export interface AccountSettings {
  /**
   * What a transaction dated in a closed period meets: the documented refusal, or the preference
   * that moves it silently into the first open period.
   */
  readonly closedPeriod: "first-open" | "refuse";
  /** Percent that the account's own tax engine takes, by subsidiary id, as decimal text. */
  readonly taxRates: Readonly<Record<string, string>>;
  /** US dollars for one unit, by ISO code, as decimal text. */
  readonly dollarRates: Readonly<Record<string, string>>;
}

/** What happened around the write, kept with its effect. */
export interface WriteContext {
  readonly origin: EffectOrigin;
  readonly nonce: string | null;
  readonly requestHash: string | null;
  readonly by: string | null;
}
