/**
 * A ledger of a released version as one small file, to be opened by every version after it.
 *
 * head     the migrations it had; they never change, so its schema is made by them
 * rows     each as PostgreSQL prints a row of its table, which the same schema reads back exactly
 * expected what was true of it when it was kept, and must be true of it for ever
 *
 * It is loaded into a schema at its own level and brought up from there, as a customer's is.
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Pool, Session } from "../../src/store/database.ts";
import { inTransaction } from "../../src/store/database.ts";
import { rootUrl } from "../support/root.ts";

export interface Expected {
  /** Rows by table; what only follows from others is left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** number:hash of the newest block. */
  readonly root: string;
  readonly sealedRows: number;
  readonly states: Readonly<Record<string, number>>;
  readonly trialBalance: unknown;
}

export interface CorpusLedger {
  readonly version: string;
  readonly migrations: readonly string[];
  readonly expected: Expected;
  readonly tables: readonly { readonly name: string; readonly rows: readonly string[] }[];
}

/** Tables that the schema fills or keeps for itself. */
const NOT_CARRIED = new Set(["schema_version"]);

const TABLES = `
select c.relname as name from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
order by 1`;

export async function readLedger(
  session: Session,
  version: string,
  expected: Expected,
): Promise<CorpusLedger> {
  const names = (await session.query<{ name: string }>(TABLES)).rows.map(({ name }) => name);
  const tables: { name: string; rows: string[] }[] = [];
  for (const name of names.filter((one) => !NOT_CARRIED.has(one))) {
    const { rows } = await session.query<{ row: string }>(`select r::text as row from ${name} r`);
    tables.push({ name, rows: rows.map(({ row }) => row).sort() });
  }
  const applied = await session.query<{ name: string }>(
    "select name from schema_version order by name",
  );
  return { version, expected, migrations: applied.rows.map(({ name }) => name), tables };
}

export function packLedger(ledger: CorpusLedger): Buffer {
  return gzipSync(JSON.stringify(ledger), { level: 9 });
}

const corpusUrl = new URL("test/corpus/", rootUrl);

/** Versions of which a ledger is kept. */
export function corpusVersions(): string[] {
  return readdirSync(corpusUrl, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map((one) => one.name)
    .sort();
}

export const corpusFile = (version: string): URL => new URL(`${version}/ledger.json.gz`, corpusUrl);

export function openCorpus(version: string): CorpusLedger {
  return JSON.parse(gunzipSync(readFileSync(corpusFile(version))).toString("utf8")) as CorpusLedger;
}

const NUMBERED = `
select c.relname as name, a.attname as column from pg_attribute a
join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and a.attidentity <> '' and c.relkind in ('r', 'p')`;

/** Numbers that the server gives go on behind those that were brought. */
async function countOn(session: Session): Promise<void> {
  const { rows } = await session.query<{ name: string; column: string }>(NUMBERED);
  for (const { name, column } of rows) {
    await session.query(
      `select setval(pg_get_serial_sequence('${name}', '${column}'),
         (select coalesce(max(${column}), 0) + 1 from ${name}), false)`,
    );
  }
}

/** Into a schema at the ledger's own level. The user must own the server: rows come unordered. */
export async function loadLedger(pool: Pool, ledger: CorpusLedger): Promise<void> {
  await inTransaction(pool, async (session) => {
    await session.query("set local session_replication_role = replica");
    for (const { name, rows } of ledger.tables) {
      // What a migration itself put there is replaced by what the ledger had.
      await session.query(`delete from ${name}`);
      await session.query(
        `insert into ${name} overriding system value
         select (line::${name}).* from unnest($1::text[]) as line`,
        [rows],
      );
    }
    await countOn(session);
    // This server counts transactions from its own number: new rows must come above.
    await session.query(`select seal_resume_above(greatest(
      (select coalesce(max(upto_tx), 0) from seal_block), (select coalesce(max(tx), 0) from audit),
      (select coalesce(max(tx), 0) from event), (select coalesce(max(tx), 0) from inbound),
      (select coalesce(max(tx), 0) from attempt), (select coalesce(max(tx), 0) from outcome)))`);
  });
}
