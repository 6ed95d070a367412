import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { plainKeyring } from "../../test/support/system-cipher.ts";
import { uuidFromParts } from "../kernel/ids.ts";
import type { Pool, Session } from "./database.ts";
import { inTransaction, openDatabase } from "./database.ts";
import { closeDriftCases, listOpenDrift, openDriftCases } from "./drift-cases.ts";
import { findKnownEffects, findUnseenDocuments } from "./find-confirmed.ts";
import {
  claimObservation,
  finishObservation,
  ledgerNow,
  releaseObservation,
  renewObservation,
} from "./observation-cursor.ts";
import type { ObservationRow } from "./observations.ts";
import {
  listLiveOfDay,
  listUnsettled,
  readObservations,
  recordObservations,
  totalPicture,
} from "./observations.ts";

const DOCUMENTS = 20_000;

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  const { url } = database;
  pool = openDatabase({ url, connections: 4, name: "test", onIdleError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** A ledger that posted so many invoices, one in ten of them never seen in the books. */
async function fill(): Promise<void> {
  const base = Date.now() - DOCUMENTS;
  const id = (digits: string) =>
    `(lpad(to_hex(${base}::bigint + n), 12, '0')
      || '7000${digits}' || lpad(to_hex(n), 12, '0'))::uuid`;
  const [event, handoff, attempt, outcome] = [id("8000"), id("9000"), id("a000"), id("b000")];
  const all = `from generate_series(1, ${DOCUMENTS}) as n`;
  const statements = [
    `insert into event (id, type, contract_version, connection, subject, version, occurred_at,
       received_at, correlation_id, inbound_id, origin, refs, data, row_hash)
     select ${event}, 'invoice.finalized', 1, 's', 's/invoice/' || n, 1, now(), now(), ${event},
       ${event}, 'webhook', '[]', '', '' ${all}`,
    `insert into handoff (id, event_id, correlation_id, target, budget, flow, flow_version,
       operation, effect, object, version, reference, class, deadline_at, state, amount_minor,
       currency)
     select ${handoff}, ${event}, ${event}, 'books', 'books', 'f', 1, 'invoice.post', 'fact',
       's/invoice/' || n, 1, 'ref' || n, 1, now(), 'confirmed', n, 'USD' ${all}`,
    `insert into effect (reference, target, object, operation, external_id, confirmed_at)
     select 'ref' || n, 'books', 's/invoice/' || n, 'invoice.post', n::text, now() ${all}`,
    `insert into link (target, object, external_id, reference)
     select 'books', 's/invoice/' || n, n::text, 'ref' || n ${all}`,
    `insert into attempt (id, handoff_id, kind, number, budget, lane_seat, fence, reference, guard,
       request_hash, request, send_by, settles_at, row_hash)
     select ${attempt}, ${handoff}, 'send', 1, 'books', 0, 1, 'ref' || n, 'external-id', '', '{}',
       now(), now(), '' ${all}`,
    `insert into outcome (id, attempt_id, handoff_id, class, row_hash)
     select ${outcome}, ${attempt}, ${handoff}, 'done', '' ${all}`,
    `insert into observation (target, type, external_id, reference, state, amount_minor, currency,
       day, changed_at, verdict)
     select 'books', 'invoice', n::text, 'ref' || n, 'live', n, 'USD',
       date '2026-01-01' + n / 100, now(), 'equal' ${all} where n % 10 > 0`,
    "vacuum analyze",
  ];
  for (const statement of statements) await pool.query(statement);
}

const BIG = "event|handoff|effect|link|attempt|outcome|observation";

async function rowsWalked(session: Session): Promise<Map<string, number>> {
  const { rows } = await session.query<{ relname: string; seq_tup_read: string }>(
    `select relname, seq_tup_read from pg_stat_xact_user_tables where relname ~ '^(${BIG})'`,
  );
  return new Map(rows.map((row) => [row.relname, Number(row.seq_tup_read)]));
}

/** Rows that statements read by walking through a whole table, by table. */
async function walked(work: (session: Session) => Promise<unknown>) {
  return inTransaction(pool, async (session) => {
    const before = await rowsWalked(session);
    await work(session);
    const after = [...(await rowsWalked(session))].map(
      ([table, rows]) => [table, rows - (before.get(table) ?? 0)] as const,
    );
    return Object.fromEntries(after.filter(([, rows]) => rows > 0));
  });
}

describe("over a ledger of many documents", () => {
  beforeAll(fill, 120_000);

  test("then a walk through a whole table would be noticed", async () => {
    const read = await walked((session) => session.query("select sum(amount_minor) from handoff"));
    expect(Object.values(read)).toEqual([DOCUMENTS]);
  });

  const some = Array.from({ length: 500 }, (_, at) => String(at * 37 + 1));
  const references = some.map((one) => `ref${one}`);
  const keys = some.map((externalId) => ({ type: "invoice", externalId }));
  /** Ids of outcomes of the latest tenth. */
  const range = () => {
    const now = Date.now();
    const at = (ms: number) => uuidFromParts(ms, 7, new Uint8Array(10));
    return { after: at(now - 120_000), before: at(now + 60_000) };
  };

  test("then what is known of a piece is found by indexes, whichever way it is asked for", async () => {
    let known = 0;
    const read = await walked(async (session) => {
      known += (await findKnownEffects(session, plainKeyring, "books", references, [])).length;
      known += (await findKnownEffects(session, plainKeyring, "books", [], some)).length;
    });
    expect(known).toBe(1000);
    expect(read).toEqual({});
  });

  test("then what was never seen is found along the outcomes, a page at a time", async () => {
    const found: string[] = [];
    const read = await walked(async (session) => {
      let { after, before } = range();
      for (;;) {
        const page = { after, before };
        const rows = await findUnseenDocuments(session, "books", page, ["invoice.post"], 500);
        found.push(...rows.map((row) => row.external_id));
        if (rows.length < 500) return;
        after = rows.at(-1)?.outcome_id ?? before;
      }
    });
    expect(new Set(found).size).toBe(DOCUMENTS / 10);
    expect(found.every((id) => Number(id) % 10 === 0)).toBe(true);
    expect(read).toEqual({});
  });

  test("then the picture is read by document, by day and by what is unsettled, and written, by indexes", async () => {
    const read = await walked(async (session) => {
      expect((await readObservations(session, "books", keys)).size).toBe(450);
      expect(await listLiveOfDay(session, "books", "2026-02-01")).toHaveLength(90);
      expect(await listUnsettled(session, "books", 100)).toEqual([]);
      const totals = await totalPicture(session, "books", "2026-02-01", "2026-02-05");
      expect(totals).toHaveLength(5);
      await recordObservations(session, "books", [row({ externalId: "1" })]);
    });
    expect(read).toEqual({});
  });
});

function row(over: Partial<ObservationRow>): ObservationRow {
  return {
    ...{ type: "invoice", externalId: "x", reference: undefined, number: undefined },
    ...{ state: "live", amountMinor: 5n, currency: "USD", day: "2026-03-01" },
    ...{ counterparty: undefined, changedAt: undefined, changedBy: undefined },
    ...{ changeKind: undefined, handoffId: undefined, verdict: "equal", drift: undefined },
    ...over,
  };
}

describe("who looks", () => {
  const claim = (target: string, holder: string, leaseMs = 60_000, notWithinMs = 0) =>
    claimObservation(pool, target, holder, leaseMs, notWithinMs);

  test("given one who looks, then nobody else does, until it is done or its lease ran out", async () => {
    expect(await claim("t1", "a")).toMatchObject({ observed_at: null });
    expect(await claim("t1", "b")).toBeUndefined();
    const now = await ledgerNow(pool);
    await finishObservation(pool, "t1", "a", { changedSince: now, confirmedThrough: now });
    expect(await claim("t1", "b", 1)).toMatchObject({ changed_since: now, confirmed_through: now });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await claim("t1", "c")).toBeDefined();
    expect(await renewObservation(pool, "t1", "b", 1000)).toBe(false);
    await finishObservation(pool, "t1", "b", { changedSince: now, confirmedThrough: now });
    expect(await claim("t1", "d")).toBeUndefined();
    await releaseObservation(pool, "t1", "c");
    expect(await claim("t1", "d")).toBeDefined();
  });

  test("given a look that was just done, then a clock that asks again is sent away", async () => {
    const now = await ledgerNow(pool);
    await claim("t2", "a");
    await finishObservation(pool, "t2", "a", { changedSince: now, confirmedThrough: now });
    expect(await claim("t2", "b", 60_000, 60_000)).toBeUndefined();
    expect(await claim("t2", "b")).toBeDefined();
  });

  test("given a cursor, then it never goes back", async () => {
    const late = "2030-01-01T00:00:00.000Z";
    const early = "2020-01-01T00:00:00.000Z";
    await claim("t3", "a");
    await finishObservation(pool, "t3", "a", { changedSince: late, confirmedThrough: late });
    await claim("t3", "a");
    await finishObservation(pool, "t3", "a", { changedSince: early, confirmedThrough: early });
    expect(await claim("t3", "a")).toMatchObject({ changed_since: late, confirmed_through: late });
  });
});

describe("cases of drift", () => {
  const drifted = (id: number, drift: string, message = drift) => ({
    id: uuidFromParts(Date.now(), 7, new Uint8Array(10).fill(id)),
    document: "invoice 7",
    ...{ drift, cause: "c", code: "E_X", title: "t", message, target: "shop" },
    ...{ object: undefined, handoffId: undefined, legalEntity: undefined },
    ...{ amountMinor: 100n, currency: "USD" },
  });

  test("given the same drift twice, then one case that keeps its words; given another, it tells that", async () => {
    const [first] = await openDriftCases(pool, [drifted(1, "a", "by Ada")]);
    expect(first?.is_new).toBe(true);
    expect(await openDriftCases(pool, [drifted(2, "a", "by somebody later")])).toEqual([]);
    expect((await listOpenDrift(pool, "shop", 10)).map((one) => one.message)).toEqual(["by Ada"]);
    const [changed] = await openDriftCases(pool, [drifted(3, "b", "by Bob")]);
    expect(changed).toMatchObject({ id: first?.id, is_new: false });
    const rows = [{ document: "invoice 7", resolution: "agrees" }];
    expect(await closeDriftCases(pool, "elsewhere", rows)).toEqual([]);
    expect(await closeDriftCases(pool, "shop", rows)).toHaveLength(1);
    expect(await openDriftCases(pool, [drifted(4, "b")])).toMatchObject([{ is_new: true }]);
  });
});
