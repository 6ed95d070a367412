/**
 * The `apply` sublist: which documents a payment, credit memo or refund is set against.
 * Texts of the refusals are [mem]; that over-application is refused is [doc].
 */
import { toMinor } from "./amounts.ts";
import type { Books } from "./books.ts";
import { invalidFieldValue, missingValues, userError } from "./refusal.ts";
import type { Composition, Terms } from "./transaction-terms.ts";
import type { Application, Line, RecordType, StoredRecord } from "./types.ts";

/** Minor units of an invoice that nothing has been set against. */
export function remaining(books: Books, record: StoredRecord): bigint {
  return BigInt(record.facts?.total ?? "0") - books.applied(record.id);
}

/** Minor units of a payment or credit memo that are still free. */
export function unapplied(books: Books, record: StoredRecord): bigint {
  const own = (record.facts?.applications ?? []).reduce((sum, one) => sum + BigInt(one.amount), 0n);
  return remaining(books, record) - own;
}

/**
 * The applications of a payment or credit memo, at most `available` in all. A line without an
 * amount takes what is due, or what is left, whichever is smaller.
 */
export function applicationsOf(
  job: Composition,
  terms: Terms,
  customer: string,
  available: bigint,
): Application[] {
  const found = appliedLines(job, terms, customer, ["invoice"], available);
  const used = found.reduce((sum, one) => sum + BigInt(one.amount), 0n);
  if (used > available) {
    throw userError("You cannot apply more than the amount of this transaction.");
  }
  return found;
}

/** The applications of a refund: they make its amount. */
export function refundedDocuments(job: Composition, terms: Terms, customer: string): Application[] {
  const found = appliedLines(job, terms, customer, ["creditMemo", "customerPayment"], undefined);
  if (found.length === 0) throw missingValues(["Apply"]);
  return found;
}

function appliedLines(
  job: Composition,
  terms: Terms,
  customer: string,
  types: readonly RecordType[],
  available: bigint | undefined,
): Application[] {
  let left = available;
  const applications: Application[] = [];
  for (const [index, line] of (job.merged.sublists["apply"] ?? []).entries()) {
    if (line["apply"] === false) continue;
    const path = `apply.items[${index}].doc`;
    const doc = documentOf(job, terms, customer, types, line, path);
    const due = freeAmount(job, doc);
    const asked = line["amount"];
    const fallback = left !== undefined && left < due ? left : due;
    const amount = asked === undefined ? fallback : toMinor(String(asked), terms.digits);
    if (amount <= 0n || amount > due) {
      throw userError(`The amount to apply exceeds the amount due of ${doc.body["tranId"]}.`);
    }
    if (left !== undefined) left -= amount;
    applications.push({ doc: doc.id, amount: amount.toString() });
  }
  return applications;
}

function documentOf(
  job: Composition,
  terms: Terms,
  customer: string,
  types: readonly RecordType[],
  line: Line,
  path: string,
): StoredRecord {
  const id = line["doc"];
  if (typeof id !== "string") throw missingValues(["Apply To"]);
  const doc = job.books.get("transaction", id);
  const owner = doc?.body["entity"] ?? doc?.body["customer"];
  if (
    doc === undefined ||
    !types.includes(doc.type) ||
    owner !== customer ||
    doc.body["currency"] !== terms.currency
  ) {
    throw invalidFieldValue("doc", id, path);
  }
  return doc;
}

/** What is free of a document, its part already taken by the record being written given back. */
function freeAmount(job: Composition, doc: StoredRecord): bigint {
  const own = (job.before?.facts?.applications ?? [])
    .filter((one) => one.doc === doc.id)
    .reduce((sum, one) => sum + BigInt(one.amount), 0n);
  const free = doc.type === "invoice" ? remaining(job.books, doc) : unapplied(job.books, doc);
  return free + own;
}

/** Oldest open invoices of the customer, as far as the amount reaches: `autoApply`. */
export function autoApplications(
  job: Composition,
  terms: Terms,
  customer: string,
  amount: bigint,
): Application[] {
  let left = amount;
  const applications: Application[] = [];
  const open = [...job.books.all("transaction")]
    .filter((one) => one.type === "invoice" && one.body["entity"] === customer)
    .filter((one) => one.body["currency"] === terms.currency)
    .sort((a, b) => (String(a.body["tranDate"]) < String(b.body["tranDate"]) ? -1 : 1));
  for (const doc of open) {
    const due = freeAmount(job, doc);
    const part = due < left ? due : left;
    if (part <= 0n) continue;
    applications.push({ doc: doc.id, amount: part.toString() });
    left -= part;
  }
  return applications;
}
