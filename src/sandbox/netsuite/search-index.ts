/**
 * What SuiteQL sees: the records as they were some seconds ago. GET by id reads the books and is
 * always current; a search may miss what was committed a moment before (switch `stale-search`,
 * seconds).
 */
import type { Books, IndexChange } from "./books.ts";
import type { RecordGroup, StoredRecord } from "./types.ts";

export interface IndexedRecord {
  readonly record: StoredRecord;
  readonly applied: bigint;
  readonly modifiedAt: number;
}

export class SearchIndex {
  private readonly books: Books;
  private readonly seen = new Map<RecordGroup, Map<string, IndexedRecord>>();
  private queue: IndexChange[] = [];

  constructor(books: Books) {
    this.books = books;
    books.onChange = (change) => {
      this.queue.push(change);
    };
    this.clear();
  }

  /** Shows the reference data at once and nothing else. Call after the books were cleared. */
  clear(): void {
    this.queue = [];
    this.seen.clear();
    const groups: RecordGroup[] = ["account", "currency", "period", "subsidiary", "taxitem"];
    for (const group of groups) {
      for (const record of this.books.all(group)) {
        this.group(group).set(record.id, { record, applied: 0n, modifiedAt: record.modifiedAt });
      }
    }
  }

  /** The records of a group as of `now - lagMs`, epoch milliseconds, in no promised order. */
  rows(group: RecordGroup, now: number, lagMs: number): IterableIterator<IndexedRecord> {
    this.catchUp(now - lagMs);
    return this.group(group).values();
  }

  private catchUp(until: number): void {
    const waiting: IndexChange[] = [];
    for (const change of this.queue) {
      if (change.at > until) waiting.push(change);
      else this.take(change);
    }
    this.queue = waiting;
  }

  private take({ group, id, record, applied, modifiedAt }: IndexChange): void {
    if (record === null) this.group(group).delete(id);
    else this.group(group).set(id, { record, applied, modifiedAt });
  }

  private group(group: RecordGroup): Map<string, IndexedRecord> {
    let map = this.seen.get(group);
    if (map === undefined) {
      map = new Map();
      this.seen.set(group, map);
    }
    return map;
  }
}
