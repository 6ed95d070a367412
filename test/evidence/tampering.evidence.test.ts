/**
 * One byte of any sealed row, again and again: the row is named offline, by a file that was
 * exported from the damaged ledger, and online, by the invariants. The seed is printed.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../src/kernel/random.ts";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { verifyInvariantsOperation } from "../../src/operations/verify-invariants.ts";
import { columnsOf, evidenceNames, writeEvidence } from "../support/evidence-rows.ts";
import type { PastLedger } from "../support/past-ledger.ts";
import { openPastLedger } from "../support/past-ledger.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { smallestChanges, typeOf } from "../support/tampering.ts";

const ROUNDS = 80;
const FACTS = 60;
const SEED = Number(process.env["TIEOUT_SEED"] ?? Date.now() % 1_000_000);

let ledger: PastLedger;

beforeAll(async () => {
  ledger = await openPastLedger();
  const facts = Array.from({ length: FACTS }, (_, n) => ({
    id: `e${n}`,
    customer: `c${n}`,
    at: n,
  }));
  for (let at = 0; at < FACTS; at += 20) {
    await ledger.live(Date.UTC(2024, 0, 15), facts.slice(at, at + 20));
    await ledger.sealAll();
  }
  for (const table of ["audit", "evidence_change"]) await writeEvidence(ledger.pool, table, 12);
  await ledger.sealAll();
});
afterAll(() => ledger.close());

const random = seededRandom(SEED);
const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random.unit() * all.length)] as T;

/** A byte anywhere in a text or in bytes; the smallest step of anything else. */
async function changeOf(table: string, column: string, at: number): Promise<string> {
  const type = await typeOf(ledger.pool, table, column);
  if (type === "bytea") {
    const place = `(${at} % greatest(octet_length(${column}), 1))`;
    return `set_byte(${column}, ${place}, get_byte(${column}, ${place}) # ${1 + (at % 255)})`;
  }
  if (type === "text") {
    const place = `(${at} % greatest(length(${column}), 1)) + 1`;
    const other = `case substr(${column}, ${place}, 1) when 'q' then 'p' else 'q' end`;
    return `overlay(${column} placing ${other} from ${place} for 1)`;
  }
  return (smallestChanges[type] ?? "").replaceAll("$", column);
}

/** As the database's owner: no trigger and no rule in the way. Returns whether it changed a row. */
async function damage(table: string, sets: string, id: string): Promise<boolean> {
  const client = await ledger.pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    const { rowCount } = await client.query(`update ${table} set ${sets} where id = $1`, [id]);
    return rowCount === 1;
  } catch {
    // A check of the schema refused the value: nothing was damaged.
    return false;
  } finally {
    client.release(true);
  }
}

/** As the server prints it: what the driver makes of a time has no microseconds. */
async function textOf(table: string, column: string, id: string): Promise<string | null> {
  const { rows } = await ledger.pool.query<{ value: string | null }>(
    `select ${column}::text as value from ${table} where id = $1`,
    [id],
  );
  return rows[0]?.value ?? null;
}

async function namedOffline(): Promise<string[]> {
  const lines = evidenceLines(ledger.pool, "1", "2026-11-23T00:00:00.000Z");
  const { problems } = await verifyEvidence(systemHasher, lines);
  return problems.flatMap(({ ids }) => [...ids]);
}

async function namedOnline(): Promise<string[]> {
  const only = ["Chain", "Immutability"];
  const { results } = await runOperation(verifyInvariantsOperation, ledger.context(), { only });
  return results.flatMap((one) => one.violations.flatMap(({ ids }) => ids));
}

test("given one byte of a sealed row changed, then it is named, offline and online, each time", async () => {
  process.stdout.write(`seed ${SEED}\n`);
  expect(await namedOffline()).toEqual([]);
  expect(await namedOnline()).toEqual([]);
  const hit = new Map<string, number>();
  let damaged = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const table = oneOf(evidenceNames);
    const { rows } = await ledger.pool.query<{ id: string }>(`select id from ${table} order by id`);
    const { id } = oneOf(rows);
    const columns = await columnsOf(ledger.pool, table);
    const column = oneOf(columns.filter((one) => one !== "id" && one !== "tx"));
    const before = await textOf(table, column, id);
    const change = await changeOf(table, column, Math.floor(random.unit() * 10_000));
    const done = await damage(table, `${column} = ${change}`, id);
    // A value that is not there was not changed.
    if (!done || (await textOf(table, column, id)) === before) continue;
    damaged += 1;
    hit.set(table, (hit.get(table) ?? 0) + 1);
    const where = `${table}.${column} of ${id}, seed ${SEED}, round ${round}`;
    expect(await namedOffline(), where).toContain(id);
    expect(await namedOnline(), where).toContain(id);
    const client = await ledger.pool.connect();
    await client.query("set session_replication_role = replica");
    await client.query(`update ${table} t set ${column} = k.${column}
      from kept_evidence.${table} k where k.id = t.id and t.id = '${id}'`);
    client.release(true);
    expect(await namedOffline(), `${where}, mended`).toEqual([]);
  }
  process.stdout.write(`${damaged} changes: ${JSON.stringify(Object.fromEntries(hit))}\n`);
  expect(hit.size).toBe(evidenceNames.length);
  expect(damaged).toBeGreaterThan(ROUNDS / 2);
}, 600_000);

/** A copy of every row, to mend the damage from. */
beforeAll(async () => {
  await ledger.pool.query("create schema kept_evidence");
  for (const table of evidenceNames) {
    await ledger.pool.query(`create table kept_evidence.${table} as select * from ${table}`);
  }
});
