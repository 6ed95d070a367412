/**
 * Seals the next block: the committed rows whose transaction number is not sealed yet and is below
 * the oldest transaction that still runs. Ids are no guide here: a row with an early id may be
 * committed late. Below that horizon every transaction has ended, so each committed row is seen
 * now, and none can appear there later; above it nothing is touched. One sealer at a time holds
 * the lock; the unique number and predecessor of a block would refuse a second one all the same.
 *
 * One statement makes the block from the rows, in the database: only its head leaves it. Nothing is
 * kept between two blocks, so whoever dies here leaves either a whole block or none.
 */
import type { Pool, Session } from "./database.ts";
import { inTransaction } from "./database.ts";
import { evidenceTables, FORM } from "./evidence-tables.ts";

/** "seal" in hexadecimal. */
export const SEAL_LOCK = 0x7365616c;

export interface SealedBlock {
  readonly number: string;
  readonly rows: number;
  readonly hash: Buffer;
}

/** busy: another sealer is at it; nothing: all that can be sealed is; sealed: one more block. */
export type SealResult =
  | { readonly kind: "busy" | "nothing" }
  | { readonly kind: "sealed"; readonly block: SealedBlock; readonly more: boolean };

interface Bounds {
  readonly from_tx: string;
  readonly below: string;
}

/** Read after the lock: what the last holder committed is visible to this statement. */
const BOUNDS = `
select coalesce((select upto_tx from seal_block order by number desc limit 1), 0) as from_tx,
  sealable_below() as below`;

/** The number behind the first `$3` rows of any table; a block may end at any number. */
const CUT = `
select min(tx) + 1 as cut from (
  ${evidenceTables
    .map(
      ({ name }) => `(select tx from ${name} where tx >= $1 and tx < $2
    order by tx offset $3::integer - 1 limit 1)`,
    )
    .join("\n  union all ")}
) nth`;

const leaf = (name: string): string => `
  select '${name}' collate "C" as name, id, sha256(convert_to(evidence_line(r), 'UTF8')) as digest
  from ${name} r where tx >= $1 and tx < $2`;

const SEAL = `
with leaf as (${evidenceTables.map(({ name }) => leaf(name)).join("\n  union all")}
), part as (
  select name, count(*)::integer as rows,
    string_agg(uuid_send(id) || digest, ''::bytea order by id) as entries
  from leaf group by name
), body as (
  select jsonb_agg(jsonb_build_array(name, rows) order by name) as ranges,
    sum(rows)::integer as row_count, string_agg(entries, ''::bytea order by name) as manifest
  from part having count(*) > 0
), head as materialized (
  select coalesce(last.number, 0) + 1 as number, clock_timestamp() as sealed_at, b.*,
    seal_root(b.manifest) as root, coalesce(last.hash, decode(repeat('00', 32), 'hex')) as previous
  from body b
  left join (select number, hash from seal_block order by number desc limit 1) last on true
)
insert into seal_block (number, form, from_tx, upto_tx, sealed_at, ranges, row_count, manifest,
  root, previous_hash, hash)
select number, $3::smallint, $1, $2, sealed_at, ranges, row_count, manifest, root, previous,
  sha256(convert_to(seal_line(number, $3::smallint, $1, $2, sealed_at, ranges, row_count, root,
    previous), 'UTF8'))
from head
returning number, row_count as rows, hash`;

/** `mostRows`: of one table; more stay for the next block, but one transaction's never part. */
export function sealBlock(pool: Pool, mostRows: number): Promise<SealResult> {
  return inTransaction(pool, async (session): Promise<SealResult> => {
    const lock = await session.query<{ mine: boolean }>(
      "select pg_try_advisory_xact_lock($1) as mine",
      [SEAL_LOCK],
    );
    if (lock.rows[0]?.mine !== true) return { kind: "busy" };
    const bounds = (await session.query<Bounds>(BOUNDS)).rows[0] as Bounds;
    if (BigInt(bounds.below) <= BigInt(bounds.from_tx)) return { kind: "nothing" };
    const cut = await findCut(session, bounds, mostRows);
    // Sorting a block on disk would take longer than the block.
    await session.query("set local work_mem = '64MB'");
    const sealed = await session.query<SealedBlock>({
      name: "seal-block",
      text: SEAL,
      values: [bounds.from_tx, cut ?? bounds.below, FORM],
    });
    const block = sealed.rows[0];
    if (block === undefined) return { kind: "nothing" };
    return { kind: "sealed", block, more: cut !== undefined };
  });
}

async function findCut(
  session: Session,
  { from_tx, below }: Bounds,
  mostRows: number,
): Promise<string | undefined> {
  const { rows } = await session.query<{ cut: string | null }>({
    name: "find-seal-cut",
    text: CUT,
    values: [from_tx, below, mostRows],
  });
  const cut = rows[0]?.cut ?? undefined;
  return cut === undefined || BigInt(cut) >= BigInt(below) ? undefined : cut;
}
