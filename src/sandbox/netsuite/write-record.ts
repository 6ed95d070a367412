/**
 * The one way by which records change: read the body, merge, check, compute, append to the journal.
 * Everything here is synchronous; between the check and the effect nothing else can run.
 */

import type { Clock } from "../../kernel/clock.ts";
import { dateInZone } from "../../kernel/clock.ts";
import type { Journal } from "../kit/journal.ts";
import { fromMinor } from "./amounts.ts";
import type { Books } from "./books.ts";
import { composePayment, composeRefund } from "./cash-documents.ts";
import { checkReferences } from "./check-references.ts";
import { composeJournal, reversedLines } from "./journal-entries.ts";
import { composeMaster } from "./master-records.ts";
import type { Merged } from "./merge-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { refuseIfShut } from "./posting-period.ts";
import type { Patch } from "./read-body.ts";
import type { RecordSpec } from "./record-specs.ts";
import { specOf } from "./record-specs.ts";
import { alreadyExists, notPermitted, userError } from "./refusal.ts";
import type { Composed } from "./sales-documents.ts";
import { composeSales } from "./sales-documents.ts";
import { digitsOf, symbolOf } from "./transaction-terms.ts";
import type { NetSuiteEffect, RecordEffect, StoredRecord, WriteContext } from "./types.ts";

export interface Account {
  readonly books: Books;
  readonly journal: Journal<NetSuiteEffect>;
  readonly clock: Clock;
  /** IANA zone in which the account has its days. */
  readonly timeZone: string;
}

export interface Write {
  readonly spec: RecordSpec;
  readonly patch: Patch;
  /** Sublists to replace instead of add to, lower case. */
  readonly replace: ReadonlySet<string>;
  readonly context: WriteContext;
  readonly upsert: boolean;
}

/** Creates a record. Throws a Refusal, and then nothing has happened. */
export function createRecord(account: Account, write: Write, wantedId?: string): StoredRecord {
  const { books } = account;
  const { spec, patch } = write;
  refuseReadOnly(write);
  const merged = mergePatch(spec, undefined, patch, write.replace);
  refuseTakenExternalId(books, spec, merged, undefined);
  const id = wantedId ?? books.nextId(spec.group);
  if (books.get(spec.group, id) !== undefined) throw alreadyExists();
  const composed = compose(account, write, merged, undefined, id);
  const reversal = reversalOf(account, write, composed);
  const created = commit(account, write, imageOf(account, spec, merged, composed, undefined, id));
  if (reversal !== undefined) commitReversal(account, created, reversal);
  return created;
}

/** Changes a record: PATCH, and PUT on a record that exists. Throws a Refusal. */
export function updateRecord(account: Account, write: Write, before: StoredRecord): StoredRecord {
  refuseReadOnly(write);
  // [doc] no change that touches the ledger after a void; that none at all is taken is [mem].
  if (before.facts?.voided === true) throw userError("This transaction has been voided.");
  if (write.context.origin !== "control") refuseIfShut(account.books, before);
  const merged = mergePatch(write.spec, before, write.patch, write.replace);
  refuseTakenExternalId(account.books, write.spec, merged, before);
  const composed = compose(account, write, merged, before, before.id);
  return commit(account, write, imageOf(account, write.spec, merged, composed, before, before.id));
}

/**
 * Voids a transaction as a person does by the button "Void", with reversing journals off [doc]: the
 * total and all lines become zero, and it stays. Nothing may stand on it [mem].
 */
export function voidRecord(
  account: Account,
  before: StoredRecord,
  context: WriteContext,
): StoredRecord {
  if (before.facts === null || account.books.applied(before.id) !== 0n) {
    throw userError("This transaction cannot be voided.");
  }
  const emptied = (name: string) =>
    (before.sublists[name] ?? []).map((line) => ({ ...line, amount: "0" }));
  const image: StoredRecord = {
    ...before,
    body: { ...before.body, memo: "VOID" },
    sublists: { ...before.sublists, item: emptied("item"), taxDetails: [], apply: [] },
    facts: {
      ...before.facts,
      subtotal: "0",
      tax: "0",
      total: "0",
      postings: [],
      applications: [],
      voided: true,
    },
    modifiedAt: account.clock.now(),
  };
  account.journal.append({
    ...head(account.books, image, context),
    effect: "update",
    upsert: null,
    image,
  });
  return image;
}

/** Deletes a record that nothing stands on. Throws a Refusal. */
export function deleteRecord(account: Account, before: StoredRecord, context: WriteContext): void {
  const spec = specOf(before.type);
  if (!spec.writable && context.origin !== "control") throw notPermitted();
  if (context.origin !== "control") refuseIfShut(account.books, before);
  if (account.books.applied(before.id) !== 0n || account.books.inUse(spec.group, before.id)) {
    // [mem]
    throw userError("This record cannot be deleted because it has dependent records.");
  }
  account.journal.append({
    ...head(account.books, before, context),
    effect: "delete",
    upsert: null,
    image: null,
  });
}

function refuseReadOnly(write: Write): void {
  if (!write.spec.writable && write.context.origin !== "control") throw notPermitted();
}

function refuseTakenExternalId(
  books: Books,
  spec: RecordSpec,
  merged: Merged,
  before: StoredRecord | undefined,
): void {
  if (merged.externalId === null) return;
  const holder = books.byExternalId(spec.group, merged.externalId);
  if (holder !== undefined && holder.id !== before?.id) throw alreadyExists();
}

function compose(
  account: Account,
  write: Write,
  merged: Merged,
  before: StoredRecord | undefined,
  id: string,
): Composed {
  const { books } = account;
  const { spec } = write;
  checkReferences(books, spec, write.patch, merged);
  if (!spec.writable) return { body: merged.body, sublists: merged.sublists, facts: null };
  const today = dateInZone(account.clock.now(), account.timeZone);
  const job = { books, type: spec.type, merged, before, today };
  switch (spec.type) {
    case "invoice":
    case "creditMemo":
      return composeSales(job);
    case "customerPayment":
      return composePayment(job);
    case "customerRefund":
      return composeRefund(job);
    case "journalEntry":
      return composeJournal(job);
    default:
      return composeMaster({ books, type: spec.type, id, merged, before });
  }
}

function imageOf(
  account: Account,
  spec: RecordSpec,
  merged: Merged,
  composed: Composed,
  before: StoredRecord | undefined,
  id: string,
): StoredRecord {
  const now = account.clock.now();
  return {
    type: spec.type,
    id,
    externalId: merged.externalId,
    ...composed,
    createdAt: before?.createdAt ?? now,
    modifiedAt: now,
  };
}

function commit(account: Account, write: Write, image: StoredRecord): StoredRecord {
  const exists = account.books.get(write.spec.group, image.id) !== undefined;
  const effect = exists ? "update" : "create";
  account.journal.append({
    ...head(account.books, image, write.context),
    effect,
    upsert: write.upsert ? effect : null,
    image,
  });
  return image;
}

type Head = Omit<RecordEffect, "effect" | "image" | "upsert">;

function head(books: Books, record: StoredRecord, context: WriteContext): Head {
  const currency = record.facts === null ? null : String(record.body["currency"]);
  return {
    kind: "record",
    type: record.type,
    id: record.id,
    externalId: record.externalId,
    amount:
      record.facts === null || currency === null
        ? null
        : fromMinor(BigInt(record.facts.total), digitsOf(books, currency)),
    currency: currency === null ? null : symbolOf(books, currency),
    ...context,
  };
}

/** Composed before the entry is committed, so that a shut period refuses both or neither. */
function reversalOf(account: Account, write: Write, entry: Composed): Merged | undefined {
  const date = entry.body["reversalDate"];
  if (write.spec.type !== "journalEntry" || typeof date !== "string") return undefined;
  const { reversalDate: _own, postingPeriod: _period, tranId, ...body } = entry.body;
  const merged: Merged = {
    externalId: null,
    body: { ...body, tranDate: date, memo: `Reversal of ${String(tranId)}` },
    sublists: { line: reversedLines(entry.sublists["line"] ?? []) },
  };
  composeJournal({
    books: account.books,
    type: "journalEntry",
    merged,
    before: undefined,
    today: date,
  });
  return merged;
}

function commitReversal(account: Account, entry: StoredRecord, merged: Merged): void {
  const { books } = account;
  const spec = specOf("journalEntry");
  const job = { books, type: spec.type, merged, before: undefined, today: "" };
  const image = imageOf(
    account,
    spec,
    merged,
    composeJournal(job),
    undefined,
    books.nextId(spec.group),
  );
  const context = { origin: "reversal", nonce: null, requestHash: null, by: null } as const;
  account.journal.append({
    ...head(books, image, context),
    effect: "create",
    upsert: null,
    image: { ...image, body: { ...image.body, createdFrom: entry.id } },
  });
}
