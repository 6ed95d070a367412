/**
 * The account as tests, the demo and the control plane handle it: everything a person in NetSuite
 * could do behind our back, without HTTP.
 */
import type { Books } from "./books.ts";
import { replaceList } from "./merge-patch.ts";
import { readBody } from "./read-body.ts";
import type { RecordRoom } from "./record-routes.ts";
import type { RecordSpec } from "./record-specs.ts";
import { findSpec } from "./record-specs.ts";
import { noSuchRecord } from "./refusal.ts";
import type { ForeignSeats, SeatGate } from "./seat-gate.ts";
import type { ServiceTime } from "./service-time.ts";
import type { SignInGate } from "./token-sign-in.ts";
import type { TrialBalanceLine } from "./trial-balance.ts";
import { trialBalance } from "./trial-balance.ts";
import type { AccountSettings, RecordType, StoredRecord, WriteContext } from "./types.ts";
import type { Write } from "./write-record.ts";
import { createRecord, deleteRecord, updateRecord, voidRecord } from "./write-record.ts";

export interface PeriodLocks {
  readonly closed?: boolean | undefined;
  readonly arLocked?: boolean | undefined;
  readonly apLocked?: boolean | undefined;
  readonly allLocked?: boolean | undefined;
}

export interface World {
  readonly books: Books;
  readonly gate: SeatGate;
  /** Creates as REST would, with an internal id of choice. Throws a Refusal. */
  create(type: RecordType, body: unknown, id?: string, by?: string): StoredRecord;
  /** Edits behind our back: period locks and read-only types do not stop it. */
  edit(type: RecordType, id: string, body: unknown, replace?: string, by?: string): StoredRecord;
  /** Voids behind our back; what stands on the record still stops it. */
  void(type: RecordType, id: string, by?: string): StoredRecord;
  /** Deletes behind our back; what stands on the record still stops it. */
  remove(type: RecordType, id: string, by?: string): void;
  /** `period` is an id, or a month `2026-01`. */
  lockPeriod(period: string, locks: PeriodLocks): StoredRecord;
  changeSettings(change: Partial<AccountSettings>): AccountSettings;
  setSeats(seats: number, foreign?: ForeignSeats): void;
  setServiceTime(time: ServiceTime): void;
  revokeToken(revoked: boolean): void;
  record(type: RecordType, id: string): StoredRecord | undefined;
  byExternalId(type: RecordType, externalId: string): StoredRecord | undefined;
  list(type: RecordType): StoredRecord[];
  trialBalance(period?: string): TrialBalanceLine[];
}

export interface WorldParts {
  readonly room: RecordRoom;
  readonly gate: SeatGate;
  readonly signIn: SignInGate;
  readonly setServiceTime: (time: ServiceTime) => void;
}

/** Somebody at a screen, by name where a test or the demo names them. */
function behind(by: string | undefined): WriteContext {
  return { origin: "control", nonce: null, requestHash: null, by: by ?? null };
}

export function createWorld({ room, gate, signIn, setServiceTime }: WorldParts): World {
  const { books } = room;
  const stored = (type: RecordType, id: string): StoredRecord => {
    const record = books.get(specNamed(type).group, id);
    if (record?.type !== type) throw noSuchRecord();
    return record;
  };
  return {
    books,
    gate,
    create: (type, body, id, by) =>
      createRecord(room, writeOf(room, type, body, undefined, by), id),
    edit: (type, id, body, replace, by) =>
      updateRecord(room, writeOf(room, type, body, replace, by), stored(type, id)),
    void: (type, id, by) => voidRecord(room, stored(type, id), behind(by)),
    remove: (type, id, by) => deleteRecord(room, stored(type, id), behind(by)),
    lockPeriod(period, locks) {
      const record = findPeriod(books, period);
      return updateRecord(room, writeOf(room, "accountingPeriod", locks), record);
    },
    changeSettings(change) {
      const settings = { ...books.settings, ...change };
      room.journal.append({ kind: "setting", settings });
      return settings;
    },
    setSeats(seats, foreign) {
      gate.seats = seats;
      if (foreign !== undefined) gate.foreign = foreign;
    },
    setServiceTime,
    revokeToken(revoked) {
      signIn.revoked = revoked;
    },
    record: (type, id) => {
      const found = books.get(specNamed(type).group, id);
      return found?.type === type ? found : undefined;
    },
    byExternalId: (type, externalId) => {
      const found = books.byExternalId(specNamed(type).group, externalId);
      return found?.type === type ? found : undefined;
    },
    list: (type) => [...books.all(specNamed(type).group)].filter((one) => one.type === type),
    trialBalance: (period) =>
      trialBalance(books, period === undefined ? undefined : findPeriod(books, period).id),
  };
}

function findPeriod(books: Books, period: string): StoredRecord {
  const byMonth = [...books.all("period")].find((one) => one.body["startDate"] === `${period}-01`);
  const found = books.get("period", period) ?? byMonth;
  if (found === undefined) throw noSuchRecord();
  return found;
}

/** Behind our back, too, an unknown field is an error: a test that misspells must not pass. */
function writeOf(
  room: RecordRoom,
  type: RecordType,
  body: unknown,
  replace?: string,
  by?: string,
): Write {
  const spec = specNamed(type);
  // Through JSON, as over the wire: an undefined property is an absent one.
  const wire: unknown = JSON.parse(JSON.stringify(body));
  const patch = readBody(spec, wire, {
    validation: { names: "Error", values: "Error" },
    customFields: room.customFields,
    internalId: (group, externalId) => room.books.byExternalId(group, externalId)?.id,
  });
  const context = behind(by);
  return { spec, patch, replace: replaceList(replace ?? null), context, upsert: false };
}

function specNamed(type: string): RecordSpec {
  const spec = findSpec(type);
  if (spec === undefined) throw noSuchRecord();
  return spec;
}
