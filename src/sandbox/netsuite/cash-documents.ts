/** Customer payments and refunds: cash against receivables, and what they are set against. */
import { fromMinor, toMinor } from "./amounts.ts";
import { applicationsOf, autoApplications, refundedDocuments, unapplied } from "./applications.ts";
import { DEFAULT_RECEIVABLES, UNDEPOSITED_FUNDS } from "./reference-data.ts";
import { invalidFieldValue, missingValues, userError } from "./refusal.ts";
import type { Composed } from "./sales-documents.ts";
import type { Composition, Terms } from "./transaction-terms.ts";
import { customerOf, settledBody, termsWith, toPostings } from "./transaction-terms.ts";
import type { Application, StoredRecord, TransactionFacts } from "./types.ts";

const CASH_TYPES = ["Bank", "OthCurrAsset", "CredCard"];

/** Computes a payment. Without `payment` its amount is what it applies. */
export function composePayment(job: Composition): Composed {
  const customer = customerOf(job, "customer");
  const terms = termsWith(job, customer);
  const { body } = job.merged;
  const stated = body["payment"];
  const asked = stated === undefined ? undefined : toMinor(String(stated), terms.digits);
  if (asked !== undefined && asked <= 0n) {
    throw invalidFieldValue("payment", String(stated), "payment");
  }
  const applications =
    asked !== undefined && body["autoApply"] === true && !hasApplyLines(job)
      ? autoApplications(job, terms, customer.id, asked)
      : applicationsOf(job, terms, customer.id, asked ?? UNLIMITED);
  const amount = asked ?? total(applications);
  if (amount === 0n) throw missingValues(["Payment Amount"]);
  checkRefunded(job, amount - total(applications));
  const account = cashAccount(job, UNDEPOSITED_FUNDS);
  return {
    body: {
      ...settledBody(job, terms),
      payment: fromMinor(amount, terms.digits),
      account,
      arAcct: receivables(job, customer),
    },
    sublists: { ...job.merged.sublists, apply: applyLines(applications, terms) },
    facts: cashFacts(job, terms, { customer, account, amount, applications }),
  };
}

const UNLIMITED = 10n ** 30n;

/** Computes a refund; it must name the credit memos or payments that it gives back. */
export function composeRefund(job: Composition): Composed {
  const customer = customerOf(job, "customer");
  const terms = termsWith(job, customer);
  if (job.merged.body["account"] === undefined) throw missingValues(["Account"]);
  const applications = refundedDocuments(job, terms, customer.id);
  const account = cashAccount(job, UNDEPOSITED_FUNDS);
  const amount = -total(applications);
  return {
    body: { ...settledBody(job, terms), account, arAcct: receivables(job, customer) },
    sublists: { ...job.merged.sublists, apply: applyLines(applications, terms) },
    facts: cashFacts(job, terms, { customer, account, amount, applications }),
  };
}

interface Cash {
  readonly customer: StoredRecord;
  readonly account: string;
  /** Into the cash account; negative for a refund. */
  readonly amount: bigint;
  readonly applications: readonly Application[];
}

function cashFacts(job: Composition, terms: Terms, cash: Cash): TransactionFacts {
  const { amount } = cash;
  const absolute = (amount < 0n ? -amount : amount).toString();
  const movements = [
    { account: cash.account, amount, line: 0, tax: false },
    { account: receivables(job, cash.customer), amount: -amount, line: 1, tax: false },
  ];
  return {
    subtotal: absolute,
    tax: "0",
    total: absolute,
    period: terms.period,
    postings: toPostings(movements, terms),
    applications: cash.applications,
  };
}

function hasApplyLines(job: Composition): boolean {
  return (job.merged.sublists["apply"] ?? []).length > 0;
}

/** `account`, unless the money goes to undeposited funds. */
function cashAccount(job: Composition, fallback: string): string {
  const { body } = job.merged;
  const id = body["undepFunds"] === true ? fallback : String(body["account"] ?? fallback);
  const type = job.books.get("account", id)?.body["acctType"];
  if (!CASH_TYPES.includes(String(type))) throw invalidFieldValue("account", id, "account");
  return id;
}

function receivables(job: Composition, customer: StoredRecord): string {
  const { body } = job.merged;
  const id = body["arAcct"] ?? customer.body["receivablesAccount"] ?? DEFAULT_RECEIVABLES;
  return String(id);
}

function applyLines(applications: readonly Application[], terms: Terms) {
  return applications.map(({ doc, amount }) => ({
    doc,
    apply: true,
    amount: fromMinor(BigInt(amount), terms.digits),
  }));
}

/** What refunds gave back of a payment must stay free in it. */
function checkRefunded(job: Composition, free: bigint): void {
  if (job.before === undefined) return;
  if (free < job.books.applied(job.before.id) || unapplied(job.books, job.before) < 0n) {
    throw userError("The amount applied to this transaction exceeds its total.");
  }
}

function total(applications: readonly Application[]): bigint {
  return applications.reduce((sum, one) => sum + BigInt(one.amount), 0n);
}
