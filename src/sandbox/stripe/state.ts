/**
 * The remembered world and the fold that makes it out of the journal.
 *
 * change   one step inside an effect: a record put or dropped, an event raised on a record
 * effect   everything one operation did, in one journal line: all of it happened or none
 */
import type { JournalEntry } from "../kit/journal.ts";
import type { DeliveryBook, DeliveryOutcome } from "./delivery-book.ts";
import { createDeliveryBook } from "./delivery-book.ts";
import type { AnyRecord, EventRecord, Kind, RecordOf } from "./records.ts";

export interface EventHead {
  readonly id: string;
  readonly type: string;
  readonly created: number;
}

export type Change =
  | { readonly put: AnyRecord }
  | { readonly drop: Kind; readonly id: string }
  | { readonly event: EventHead; readonly of: Kind; readonly id: string; readonly diff: boolean };

/** A stored first answer to an idempotency key. */
export interface SavedAnswer {
  readonly key: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
}

export type StripeEffect =
  | {
      readonly kind: "operation";
      readonly operation: string;
      readonly changes: readonly Change[];
      /** The world's id counter after the operation. */
      readonly ids: number;
      readonly request: EventRecord["request"];
      readonly answer?: SavedAnswer;
    }
  | ({ readonly kind: "delivery" } & DeliveryOutcome);

/** Records of one kind by id, in order of creation, and by their owner. */
export class Table {
  readonly byId = new Map<string, AnyRecord>();
  /** Creation order; a dropped record leaves its place empty. */
  readonly order: (string | undefined)[] = [];
  readonly place = new Map<string, number>();
  /** Owner: the customer; of an invoice payment, the invoice. */
  readonly byOwner = new Map<string, string[]>();

  put(record: AnyRecord): void {
    if (!this.byId.has(record.id)) {
      this.place.set(record.id, this.order.length);
      this.order.push(record.id);
      const owner = ownerOf(record);
      if (owner !== undefined) {
        const ids = this.byOwner.get(owner);
        if (ids === undefined) this.byOwner.set(owner, [record.id]);
        else ids.push(record.id);
      }
    }
    this.byId.set(record.id, record);
  }

  drop(id: string): void {
    const place = this.place.get(id);
    if (place !== undefined) this.order[place] = undefined;
    this.place.delete(id);
    this.byId.delete(id);
  }
}

export function ownerOf(record: AnyRecord): string | undefined {
  if (record.object === "invoice_payment") return record.invoice;
  return "customer" in record && typeof record.customer === "string" ? record.customer : undefined;
}

/** Read where a kind has no records yet: a look must not change the order of kinds. */
const NONE = new Table();

export interface StripeState {
  readonly tables: ReadonlyMap<Kind, Table>;
  readonly events: EventRecord[];
  readonly eventById: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, SavedAnswer & { readonly at: number }>;
  readonly deliveries: DeliveryBook;
  readonly ids: number;
  table(kind: Kind): Table;
  find<K extends Kind>(kind: K, id: string): RecordOf<K> | undefined;
  fold(entry: JournalEntry<StripeEffect>): void;
  clear(): void;
  /** How many of everything: for `/__sandbox/state`. */
  counts(): Record<string, number>;
}

interface Rows {
  readonly tables: Map<Kind, Table>;
  readonly events: EventRecord[];
  readonly eventById: Map<string, number>;
  readonly deliveries: DeliveryBook;
}

export function createState(): StripeState {
  const rows: Rows = {
    tables: new Map(),
    events: [],
    eventById: new Map(),
    deliveries: createDeliveryBook(),
  };
  const { tables, events, eventById, deliveries } = rows;
  const answers = new Map<string, SavedAnswer & { at: number }>();
  let ids = 0;
  return {
    ...rows,
    answers,
    get ids() {
      return ids;
    },
    table: (kind) => tables.get(kind) ?? NONE,
    find: <K extends Kind>(kind: K, id: string) =>
      tables.get(kind)?.byId.get(id) as RecordOf<K> | undefined,
    fold(entry) {
      if (entry.kind === "delivery") {
        deliveries.settle(entry);
        return;
      }
      ids = entry.ids;
      applyChanges(rows, entry.changes, entry.request);
      if (entry.answer === undefined) return;
      answers.set(entry.answer.key, { ...entry.answer, at: entry.at });
    },
    clear() {
      tables.clear();
      events.length = 0;
      eventById.clear();
      answers.clear();
      deliveries.clear();
      ids = 0;
    },
    counts() {
      const counted: Record<string, number> = { event: events.length, ...deliveries.counts() };
      for (const [kind, one] of tables) counted[kind] = one.byId.size;
      return counted;
    },
  };
}

function applyChanges(
  { tables, events, eventById, deliveries }: Rows,
  changes: readonly Change[],
  request: EventRecord["request"],
): void {
  const before = new Map<string, AnyRecord>();
  const remember = (kind: Kind, id: string): void => {
    const old = tables.get(kind)?.byId.get(id);
    if (old !== undefined) before.set(`${kind} ${id}`, old);
  };
  for (const change of changes) {
    if ("put" in change) {
      remember(change.put.object, change.put.id);
      tableFor(tables, change.put.object).put(change.put);
    } else if ("drop" in change) {
      remember(change.drop, change.id);
      tables.get(change.drop)?.drop(change.id);
    } else {
      const old = before.get(`${change.of} ${change.id}`);
      // An event on a dropped record (invoice.deleted) shows what it was.
      const snapshot = tables.get(change.of)?.byId.get(change.id) ?? old;
      if (snapshot === undefined) continue;
      const previous = change.diff ? (old ?? null) : null;
      const event: EventRecord = { ...change.event, object: "event", request, snapshot, previous };
      eventById.set(event.id, events.length);
      events.push(event);
      deliveries.raise(event, endpointsIn(tables));
    }
  }
}

function tableFor(tables: Map<Kind, Table>, kind: Kind): Table {
  const known = tables.get(kind);
  if (known !== undefined) return known;
  const made = new Table();
  tables.set(kind, made);
  return made;
}

function endpointsIn(tables: ReadonlyMap<Kind, Table>): RecordOf<"webhook_endpoint">[] {
  const table = tables.get("webhook_endpoint");
  return table === undefined ? [] : ([...table.byId.values()] as RecordOf<"webhook_endpoint">[]);
}
