/**
 * What a company in the sandbox looks like before anything is sold.
 *
 * chart     Tryton's minimal chart, with numbers of ours, and the accounts a subscription business
 *           needs beside it
 * calendar  fiscal years with twelve periods each; every year numbers its own documents
 */

export type AccountKind = "asset" | "cash" | "liability" | "tax" | "revenue" | "expense";

export interface AccountSpec {
  readonly code: string;
  readonly name: string;
  readonly kind: AccountKind;
}

export interface TaxSpec {
  readonly name: string;
  /** Decimal fraction: `0.19`. */
  readonly rate: string;
  /** Code of the account that owes it. */
  readonly account: string;
}

export interface CompanySpec {
  readonly name: string;
  readonly address: { readonly street: string; readonly city: string };
  readonly currency: { readonly code: string; readonly name: string; readonly digits: number };
  /** Numbers for the accounts that the minimal chart brings, by their names there. */
  readonly codes: Readonly<Record<string, string>>;
  readonly accounts: readonly AccountSpec[];
  readonly taxes: readonly TaxSpec[];
  /** Calendar years: `[2025, 2026]`. */
  readonly years: readonly number[];
  /** Days until a customer must have paid. */
  readonly paymentDays: number;
  /** Payment method by which customers' money arrives, and the account it moves. */
  readonly gateway: { readonly name: string; readonly account: string };
  /** Product category whose revenue goes to this account. */
  readonly category: { readonly name: string; readonly revenue: string };
}

/**
 * A company that sells subscriptions in euro and is paid through a processor.
 *
 * Tryton takes lines of customers' invoices on accounts of revenue types only, which belong to the
 * income statement (module account_invoice, `_account_domain`). So what is billed and not yet
 * recognised waits on 4800, and a journal at the close moves it to 2400 and back.
 */
export const EURO_COMPANY: CompanySpec = {
  name: "Tieout Demo GmbH",
  address: { street: "Musterstrasse 1", city: "Berlin" },
  currency: { code: "EUR", name: "Euro", digits: 2 },
  codes: {
    "Main Cash": "1000",
    "Main Receivable": "1200",
    "Main Payable": "2000",
    "Main Tax": "2300",
    "Main Revenue": "4000",
    "Main Expense": "5000",
  },
  accounts: [
    { code: "1120", name: "Processor Clearing", kind: "asset" },
    { code: "1130", name: "Cash in Transit", kind: "asset" },
    { code: "1220", name: "Dispute Receivable", kind: "asset" },
    { code: "2400", name: "Deferred Revenue", kind: "liability" },
    { code: "4800", name: "Billed, not yet recognised", kind: "revenue" },
    { code: "6100", name: "Processing Fees", kind: "expense" },
    { code: "6200", name: "Credit Losses", kind: "expense" },
  ],
  taxes: [
    { name: "VAT 19%", rate: "0.19", account: "2300" },
    { name: "VAT 0%", rate: "0", account: "2300" },
  ],
  years: [2025, 2026, 2027],
  paymentDays: 30,
  gateway: { name: "Gateway", account: "1120" },
  category: { name: "Services", revenue: "4800" },
};

/** Ids of what stands in Tryton. Accounts are keyed by their code. */
export interface SeededCompany {
  readonly company: number;
  readonly currency: number;
  readonly accounts: Readonly<Record<string, number>>;
  /** Of the accounts above, the one that customers owe on. */
  readonly receivable: number;
  readonly taxes: Readonly<Record<string, number>>;
  readonly paymentTerm: number;
  readonly paymentMethod: number;
  readonly category: number;
  /** Journals by their type: revenue, expense, cash, general. */
  readonly journals: Readonly<Record<string, number>>;
}
