/**
 * What one operation has done so far, before it is written. Reads see the draft's own changes
 * first. Thrown away when the operation is refused; so an operation happens wholly or not.
 */
import { missing } from "./errors.ts";
import { invoicePrefix, letters, stripeId } from "./ids.ts";
import type { AnyRecord, CustomerRecord, Kind, RecordOf } from "./records.ts";
import type { Change, StripeState } from "./state.ts";
import { ownerOf } from "./state.ts";

export interface WorldSettings {
  readonly seed: number;
  /** Version of the account: of `GET /v1/events` and of endpoints that name none. */
  readonly apiVersion: string;
  /** Charges in a currency with a rate settle in `settlement.currency`; others in their own. */
  readonly settlement: {
    readonly currency: string;
    /** Exact decimals: one unit of the key in units of the settlement currency. */
    readonly rates: Readonly<Record<string, string>>;
  } | null;
  /** Card fee: percent and fixed minor units. */
  readonly fee: { readonly percent: string; readonly fixed: number };
  /** Seconds until a charge's money is available. */
  readonly availableAfter: number;
}

export interface Draft {
  readonly settings: WorldSettings;
  /** Epoch seconds of the world's clock. */
  readonly now: number;
  readonly changes: readonly Change[];
  /** The id counter after this draft. */
  readonly ids: number;
  find<K extends Kind>(kind: K, id: string): RecordOf<K> | undefined;
  /** As `find`; refuses with resource_missing, naming `param`. */
  get<K extends Kind>(kind: K, id: string, param?: string): RecordOf<K>;
  /** Records of a customer (invoice payments: of an invoice), oldest first. */
  belongingTo<K extends Kind>(kind: K, owner: string): RecordOf<K>[];
  /** All records of a kind, oldest first. */
  all<K extends Kind>(kind: K): RecordOf<K>[];
  put<R extends AnyRecord>(record: R): R;
  drop(record: AnyRecord): void;
  /** Raises an event showing the record as it is now in the draft. */
  emit(type: string, record: AnyRecord, options?: { diff?: boolean; at?: number }): void;
  /** A fresh id. */
  id(prefix: string): string;
  /** Fresh letters, for secrets. */
  letters(count: number): string;
  prefix(): string;
  /** The time that holds for a customer: of its test clock, else `now`. */
  timeOf(customer: Pick<CustomerRecord, "test_clock"> | undefined): number;
}

export function createDraft(state: StripeState, settings: WorldSettings, now: number): Draft {
  const changes: Change[] = [];
  const overlay = new Map<string, AnyRecord | undefined>();
  let ids = state.ids;
  const find = <K extends Kind>(kind: K, id: string): RecordOf<K> | undefined => {
    const key = `${kind} ${id}`;
    return overlay.has(key) ? (overlay.get(key) as RecordOf<K> | undefined) : state.find(kind, id);
  };
  const collect = <K extends Kind>(kind: K, known: Iterable<string>, owner?: string) => {
    const found = new Map<string, RecordOf<K>>();
    for (const id of known) {
      const record = find(kind, id);
      if (record !== undefined) found.set(id, record);
    }
    for (const record of overlay.values()) {
      if (record?.object !== kind) continue;
      if (owner === undefined || ownerOf(record) === owner)
        found.set(record.id, record as RecordOf<K>);
    }
    return [...found.values()];
  };
  return {
    settings,
    now,
    changes,
    get ids() {
      return ids;
    },
    find,
    get(kind, id, param = kind) {
      const record = find(kind, id);
      if (record === undefined) throw missing(kind, id, param);
      return record;
    },
    belongingTo: (kind, owner) => collect(kind, state.table(kind).byOwner.get(owner) ?? [], owner),
    all: (kind) => collect(kind, state.table(kind).byId.keys()),
    put(record) {
      changes.push({ put: record });
      overlay.set(`${record.object} ${record.id}`, record);
      return record;
    },
    drop(record) {
      changes.push({ drop: record.object, id: record.id });
      overlay.set(`${record.object} ${record.id}`, undefined);
    },
    emit(type, record, options = {}) {
      ids += 1;
      const created = options.at ?? timeOfRecord(record, find, now);
      const event = { id: stripeId("evt", settings.seed, ids), type, created };
      changes.push({ event, of: record.object, id: record.id, diff: options.diff ?? false });
    },
    id(prefix) {
      ids += 1;
      return stripeId(prefix, settings.seed, ids);
    },
    letters(count) {
      ids += 1;
      return letters(settings.seed, ids, count);
    },
    prefix() {
      ids += 1;
      return invoicePrefix(settings.seed, ids);
    },
    timeOf: (customer) => clockTime(customer?.test_clock ?? null, find, now),
  };
}

type Find = Draft["find"];

function clockTime(clock: string | null, find: Find, now: number): number {
  return clock === null ? now : (find("test_helpers.test_clock", clock)?.frozen_time ?? now);
}

/** Events of a customer on a test clock carry the test clock's time. */
function timeOfRecord(record: AnyRecord, find: Find, now: number): number {
  if ("test_clock" in record) return clockTime(record.test_clock, find, now);
  if ("customer" in record && typeof record.customer === "string") {
    return clockTime(find("customer", record.customer)?.test_clock ?? null, find, now);
  }
  return now;
}
