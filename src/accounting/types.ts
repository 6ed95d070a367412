/**
 * What posts, told from events alone: the second opinion on every book we write into.
 *
 * role          what an account is for: `receivable`. Which number it has in a ledger is that
 *               ledger's affair; a role or several may stand on one account there
 * entry         what one event moves; its debits are its credits, in one currency
 * evidence      the rule that made the entry, and the event and document it comes from
 * debit         what stands left: receivables and money in go up; credit is right
 * balance       debit minus credit
 */
import type { BusinessDate } from "../kernel/clock.ts";
import type { Money } from "../kernel/money.ts";

/**
 * receivable          what customers owe on documents
 * contract-liability  billed without tax, and not yet earned (or earned at once: a policy of the
 *                     books, which no event tells)
 * tax-payable         billed tax, owed to an authority
 * clearing            money that a processor holds for us
 * customer-credit     money of customers that no document has taken yet
 */
export const accountRoles = [
  "receivable",
  "contract-liability",
  "tax-payable",
  "clearing",
  "customer-credit",
] as const;
export type AccountRole = (typeof accountRoles)[number];

export interface EntryLine {
  readonly account: AccountRole;
  /** One of the two is zero, neither is negative. */
  readonly debit: Money;
  readonly credit: Money;
}

export interface JournalEntry {
  /** Legal entity; the source's connection where it has named none. */
  readonly entity: string;
  /** The day it counts for: of the document, of the payment, of the void; the entity's zone. */
  readonly date: BusinessDate;
  readonly currency: string;
  /** Object key of the document: `stripe-us/invoice/in_1`. */
  readonly document: string;
  readonly event: string;
  /** Name of the rule, one of `postingRules`. */
  readonly rule: string;
  readonly lines: readonly EntryLine[];
}

/** A stored event in the newest version of its contract. */
export interface PostableEvent {
  readonly id: string;
  readonly type: string;
  readonly connection: string;
  readonly subject: string;
  readonly legalEntity: string | null;
  readonly data: unknown;
}
