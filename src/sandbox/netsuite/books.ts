/**
 * The account's state, and the only function that changes it: `fold`, which takes a journal entry.
 * Everything that can be summed is kept summed, so that a trial balance over a million documents
 * costs as much as one over ten.
 */
import type { JournalEntry } from "../kit/journal.ts";
import { specOf, TRANSACTION_SPECS } from "./record-specs.ts";
import { FIRST_SETTINGS, referenceRecords } from "./reference-data.ts";
import { SystemNotes } from "./system-notes.ts";
import type {
  AccountSettings,
  JobEffect,
  NetSuiteEffect,
  RecordGroup,
  RecordType,
  StoredRecord,
} from "./types.ts";

export interface Balance {
  readonly subsidiary: string;
  readonly currency: string;
  readonly account: string;
  readonly period: string;
  debit: bigint;
  credit: bigint;
  base: bigint;
}

/** A record as the search index should see it some time after `at`. */
export interface IndexChange {
  readonly at: number;
  readonly group: RecordGroup;
  readonly id: string;
  /** Null: deleted. */
  readonly record: StoredRecord | null;
  readonly applied: bigint;
  readonly modifiedAt: number;
}

const FIRST_IDS: Readonly<Record<RecordGroup, number>> = {
  transaction: 10_000,
  entity: 700,
  item: 2_000,
  account: 500,
  subsidiary: 10,
  currency: 10,
  custom: 0,
  period: 500,
  taxitem: 400,
};

const NUMBER_PREFIX: Partial<Record<RecordType, string>> = {
  invoice: "INV",
  creditMemo: "CM",
  customerPayment: "PYMT",
  customerRefund: "RFND",
  journalEntry: "JE",
};

export class Books {
  settings: AccountSettings = FIRST_SETTINGS;
  /** Takes every change for the search index; set by the owner of the index. */
  onChange: (change: IndexChange) => void = () => undefined;
  readonly jobs = new Map<string, JournalEntry<JobEffect>>();
  readonly jobsByKey = new Map<string, string>();
  readonly balances = new Map<string, Balance>();
  readonly notes = new SystemNotes();
  private readonly records = new Map<RecordGroup, Map<string, StoredRecord>>();
  private readonly externalIds = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly appliedTo = new Map<string, bigint>();
  private readonly touchedAt = new Map<string, number>();
  private readonly uses = new Map<string, number>();
  private readonly lastIds = new Map<RecordGroup, number>();
  private readonly numbers = new Map<RecordType, number>();

  constructor() {
    this.clear();
  }

  /** Back to the first day. */
  clear(): void {
    const maps = [
      this.records,
      this.externalIds,
      this.names,
      this.appliedTo,
      this.touchedAt,
      this.uses,
    ];
    for (const map of [...maps, this.lastIds, this.numbers, this.balances]) map.clear();
    this.notes.clear();
    this.jobs.clear();
    this.jobsByKey.clear();
    this.settings = FIRST_SETTINGS;
    for (const record of referenceRecords()) {
      this.group(specOf(record.type).group).set(record.id, record);
    }
  }

  get(group: RecordGroup, id: string): StoredRecord | undefined {
    return this.records.get(group)?.get(id);
  }

  /** External ids are case-insensitive and shared by the types of a group [doc]. */
  byExternalId(group: RecordGroup, externalId: string): StoredRecord | undefined {
    const id = this.externalIds.get(`${group}/${externalId.toLowerCase()}`);
    return id === undefined ? undefined : this.get(group, id);
  }

  /** The id of the customer or item of that name, without regard to case. */
  idByName(group: "entity" | "item", name: string): string | undefined {
    return this.names.get(`${group}/${name.toLowerCase()}`);
  }

  all(group: RecordGroup): IterableIterator<StoredRecord> {
    return this.group(group).values();
  }

  /** What other transactions have set against this one, minor units. */
  applied(id: string): bigint {
    return this.appliedTo.get(id) ?? 0n;
  }

  /** Epoch ms of the last change, an application by another document included. */
  modifiedAt(record: StoredRecord): number {
    const touched = record.facts === null ? undefined : this.touchedAt.get(record.id);
    return Math.max(record.modifiedAt, touched ?? 0);
  }

  /** True while a transaction refers to the customer or item. */
  inUse(group: RecordGroup, id: string): boolean {
    return (this.uses.get(`${group}/${id}`) ?? 0) > 0;
  }

  nextId(group: RecordGroup): string {
    return String((this.lastIds.get(group) ?? FIRST_IDS[group]) + 1);
  }

  /** The number the next document of the type gets: INV1001, INV1002 … */
  nextNumber(type: RecordType): string {
    return `${NUMBER_PREFIX[type] ?? ""}${1001 + (this.numbers.get(type) ?? 0)}`;
  }

  count(type: RecordType): number {
    return this.numbers.get(type) ?? 0;
  }

  fold(entry: JournalEntry<NetSuiteEffect>): void {
    if (entry.kind === "setting") this.settings = entry.settings;
    else if (entry.kind === "job") this.foldJob(entry);
    else {
      this.notes.take(entry, this.get(specOf(entry.type).group, entry.id));
      this.foldRecord(entry.type, entry.id, entry.image, entry.at);
    }
  }

  private foldJob(entry: JournalEntry<JobEffect>): void {
    this.jobs.set(entry.job, entry);
    if (entry.key !== null) this.jobsByKey.set(entry.key, entry.job);
  }

  private foldRecord(type: RecordType, id: string, image: StoredRecord | null, at: number): void {
    const { group } = specOf(type);
    const before = this.get(group, id);
    if (before === undefined) {
      this.lastIds.set(group, Math.max(this.lastIds.get(group) ?? FIRST_IDS[group], Number(id)));
      this.numbers.set(type, (this.numbers.get(type) ?? 0) + 1);
    } else this.undo(before, at);
    if (image === null) this.group(group).delete(id);
    else this.redo(image, at);
    this.announce(group, id, at);
  }

  private undo(record: StoredRecord, at: number): void {
    this.setKeys(record, false);
    this.countUses(record, -1);
    this.post(record, -1n);
    for (const one of record.facts?.applications ?? [])
      this.apply(one.doc, -BigInt(one.amount), at);
  }

  private redo(record: StoredRecord, at: number): void {
    this.group(specOf(record.type).group).set(record.id, record);
    this.setKeys(record, true);
    this.countUses(record, 1);
    this.post(record, 1n);
    for (const one of record.facts?.applications ?? []) this.apply(one.doc, BigInt(one.amount), at);
  }

  private setKeys(record: StoredRecord, present: boolean): void {
    const { group } = specOf(record.type);
    const name = record.body["entityId"] ?? record.body["itemId"];
    for (const [map, key] of [
      [this.externalIds, record.externalId],
      [this.names, group === "taxitem" ? null : name],
    ] as const) {
      if (typeof key !== "string") continue;
      if (present) map.set(`${group}/${key.toLowerCase()}`, record.id);
      else map.delete(`${group}/${key.toLowerCase()}`);
    }
  }

  private apply(doc: string, amount: bigint, at: number): void {
    this.appliedTo.set(doc, this.applied(doc) + amount);
    this.touchedAt.set(doc, at);
    this.announce("transaction", doc, at);
  }

  private announce(group: RecordGroup, id: string, at: number): void {
    const record = this.get(group, id) ?? null;
    const modifiedAt = record === null ? at : this.modifiedAt(record);
    this.onChange({ at, group, id, record, applied: this.applied(id), modifiedAt });
  }

  private countUses(record: StoredRecord, by: number): void {
    if (record.facts === null) return;
    const entity = record.body["entity"] ?? record.body["customer"];
    if (typeof entity === "string") this.use(`entity/${entity}`, by);
    for (const line of record.sublists["item"] ?? []) this.use(`item/${String(line["item"])}`, by);
  }

  private use(key: string, by: number): void {
    this.uses.set(key, (this.uses.get(key) ?? 0) + by);
  }

  private post(record: StoredRecord, sign: bigint): void {
    if (record.facts === null) return;
    const subsidiary = String(record.body["subsidiary"]);
    const currency = String(record.body["currency"]);
    const { period } = record.facts;
    for (const { account, debit, credit, base } of record.facts.postings) {
      const key = `${subsidiary}|${currency}|${account}|${period}`;
      let sum = this.balances.get(key);
      if (sum === undefined) {
        sum = { subsidiary, currency, account, period, debit: 0n, credit: 0n, base: 0n };
        this.balances.set(key, sum);
      }
      sum.debit += sign * BigInt(debit);
      sum.credit += sign * BigInt(credit);
      sum.base += sign * BigInt(base);
    }
  }

  private group(group: RecordGroup): Map<string, StoredRecord> {
    let map = this.records.get(group);
    if (map === undefined) {
      map = new Map();
      this.records.set(group, map);
    }
    return map;
  }
}

/** Number of records by transaction type, for the state dump. */
export function transactionCounts(books: Books): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of TRANSACTION_SPECS) counts[type] = 0;
  for (const record of books.all("transaction")) {
    counts[record.type] = (counts[record.type] ?? 0) + 1;
  }
  return counts;
}
