/**
 * Reads what is sealed, block by block: the block, then its rows by table and id, as they stand
 * now, in the form in which they were sealed. No snapshot is held for it: what is sealed does not
 * change, and an export may take an hour. First the ids of a block, then the rows in portions, so
 * that a block of large bodies does not have to fit into memory.
 */
import type { Session } from "./database.ts";
import { evidenceTables } from "./evidence-tables.ts";

export interface StoredBlock {
  readonly number: string;
  readonly form: number;
  readonly from_tx: string;
  readonly upto_tx: string;
  /** The text that `hash` is taken over. */
  readonly line: string;
  readonly hash: Buffer;
  readonly manifest: Buffer;
}

export interface StoredEvidence {
  readonly line: string;
  /** Null only where somebody took away what the schema demands. */
  readonly content: Buffer | null;
}

export type EvidencePart =
  | { readonly kind: "block"; readonly block: StoredBlock }
  | { readonly kind: "row"; readonly row: StoredEvidence };

const BLOCKS = `
select number, form, from_tx, upto_tx, hash, manifest, seal_line(number, form, from_tx, upto_tx,
  sealed_at, ranges, row_count, root, previous_hash) as line
from seal_block where number >= $1 order by number limit 1`;

const idsOf = (name: string): string => `
select id from ${name} where tx >= $1 and tx < $2 order by id`;

const rowsOf = (name: string): string => `
select evidence_line(r) as line, evidence_content(r) as content
from ${name} r where id = any($1::uuid[]) order by id`;

const PORTION = 500;

/** From the block with number `from` to the newest. */
export async function* readEvidence(session: Session, from: string): AsyncIterable<EvidencePart> {
  for (let next = BigInt(from); ; ) {
    const { rows } = await session.query<StoredBlock>(BLOCKS, [String(next)]);
    const block = rows[0];
    if (block === undefined) return;
    yield { kind: "block", block };
    yield* rowsOfBlock(session, block);
    next = BigInt(block.number) + 1n;
  }
}

async function* rowsOfBlock(session: Session, block: StoredBlock): AsyncIterable<EvidencePart> {
  for (const { name } of evidenceTables) {
    const range = [block.from_tx, block.upto_tx];
    const found = await session.query<{ id: string }>(idsOf(name), range);
    const ids = found.rows.map((row) => row.id);
    for (let at = 0; at < ids.length; at += PORTION) {
      const portion = [ids.slice(at, at + PORTION)];
      const { rows } = await session.query<StoredEvidence>(rowsOf(name), portion);
      for (const row of rows) yield { kind: "row", row };
    }
  }
}

/** The block from which at least `rows` rows are sealed, counted from the newest. */
const START = `
select coalesce(min(number), 1) as number from (
  select number, sum(row_count) over (order by number desc) - row_count as newer from seal_block
) b where newer < $1`;

export async function findBlockBefore(session: Session, rows: number): Promise<string> {
  const found = await session.query<{ number: string }>(START, [rows]);
  return found.rows[0]?.number ?? "1";
}

export interface SealTail {
  readonly rows: number;
  /** Seconds since the oldest of them was written; 0 when there are none. */
  readonly oldest_seconds: number;
}

/** Counting goes so far and no further: a sealer that stood still for a day is bad enough. */
const MOST_COUNTED = 100_000;

const SEALED = `
select coalesce((select upto_tx from seal_block order by number desc limit 1), 0) as upto`;

/** Asked with a number, not a join: only then are a few newest rows looked for in the index. */
const TAIL = `
with tail as (
  ${evidenceTables
    .map(
      ({ name, time }) => `select
    (select count(*) from (select from ${name} where tx >= $1 limit ${MOST_COUNTED}) x) as rows,
    (select ${time} from ${name} where tx >= $1 order by tx limit 1) as oldest`,
    )
    .join("\n  union all ")}
)
select sum(rows)::integer as rows,
  coalesce(greatest(0, extract(epoch from now() - min(oldest))), 0)::float8 as oldest_seconds
from tail`;

/** What is not in a block yet, at most 100,000 of a table. */
export async function countTail(session: Session): Promise<SealTail> {
  const sealed = await session.query<{ upto: string }>(SEALED);
  const { rows } = await session.query<SealTail>(TAIL, [sealed.rows[0]?.upto ?? "0"]);
  return rows[0] ?? { rows: 0, oldest_seconds: 0 };
}

export interface NewestBlock {
  readonly number: string;
  readonly sealed_at: string;
  readonly rows: number;
  readonly hash: Buffer;
  readonly root: Buffer;
}

const NEWEST = `
select number, sealed_at, row_count as rows, hash, root
from seal_block order by number desc limit 1`;

export async function findNewestBlock(session: Session): Promise<NewestBlock | undefined> {
  return (await session.query<NewestBlock>(NEWEST)).rows[0];
}
