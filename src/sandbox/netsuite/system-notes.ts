/**
 * System notes: who changed a transaction, when, from what to what. As in NetSuite they go with
 * their record when it is deleted [doc: "System Notes and Deleted Records"], and a change of
 * another document (a payment set against an invoice) leaves none on this one [mem].
 */
import type { JournalEntry } from "../kit/journal.ts";
import type { RecordEffect, StoredRecord } from "./types.ts";

/** The user whose token signs requests. */
export const TOKEN_USER = "Tieout Integration";
/** First id of the employees; customers begin far above. */
const FIRST_EMPLOYEE = 21;

interface Note {
  readonly at: number;
  readonly by: string;
  /** `UIF` is the screen [obs]; what web services write is unconfirmed. */
  readonly context: "REST" | "UIF";
  readonly field: string;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}

export class SystemNotes {
  private readonly notes = new Map<string, Note[]>();
  private readonly employees = new Map<string, string>();

  clear(): void {
    this.notes.clear();
    this.employees.clear();
  }

  /** Employees by name, with their ids. */
  get people(): ReadonlyMap<string, string> {
    return this.employees;
  }

  *all(): IterableIterator<readonly [record: string, note: Note]> {
    for (const [record, notes] of this.notes) for (const note of notes) yield [record, note];
  }

  /** `before`: the record as it was before the effect. */
  take(entry: JournalEntry<RecordEffect>, before: StoredRecord | undefined): void {
    const { by, image, id } = entry;
    if (image === null) this.notes.delete(id);
    if (image === null || image.facts === null || by === undefined || by === null) return;
    if (!this.employees.has(by)) {
      this.employees.set(by, String(FIRST_EMPLOYEE + this.employees.size));
    }
    const head = {
      at: entry.at,
      by,
      context: entry.origin === "control" ? "UIF" : "REST",
    } as const;
    const changes = before === undefined ? [created(image)] : changesOf(before, image);
    const notes = changes.map((change) => ({ ...head, ...change }));
    this.notes.set(id, [...(this.notes.get(id) ?? []), ...notes]);
  }
}

type Change = Pick<Note, "field" | "newValue" | "oldValue">;

function created(image: StoredRecord): Change {
  return { field: "total", oldValue: null, newValue: image.facts?.total ?? null };
}

/** Field names are those of REST; NetSuite's own internal names differ. */
function changesOf(before: StoredRecord, image: StoredRecord): Change[] {
  const out: Change[] = [];
  const note = (field: string, oldValue: string | null, newValue: string | null): void => {
    if (oldValue !== newValue) out.push({ field, oldValue, newValue });
  };
  for (const field of new Set([...Object.keys(before.body), ...Object.keys(image.body)])) {
    note(field, text(before.body[field]), text(image.body[field]));
  }
  note("total", before.facts?.total ?? null, image.facts?.total ?? null);
  note("externalId", before.externalId, image.externalId);
  const lines = (record: StoredRecord): string => JSON.stringify(record.sublists);
  if (out.length === 0 && lines(before) !== lines(image)) {
    out.push({ field: "lines", oldValue: null, newValue: null });
  }
  return out;
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
