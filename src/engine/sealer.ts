/**
 * The sealer: each second it puts what was committed meanwhile into a block, so that nobody can
 * change, remove or add a row afterwards without being named. It may run in every hub: who finds
 * another at it leaves it alone. A backlog is taken in blocks of bounded size.
 */
import type { Pool } from "../store/database.ts";
import { sealBlock } from "../store/seal-block.ts";

/** Rows of one table in a block: a second or two of one connection's time on a small machine. */
const MOST_ROWS = 50_000;
/** A backlog does not keep the duty from being stopped for longer than this many blocks. */
const MOST_BLOCKS = 20;

/** Seals until nothing is left that can be; returns the rows sealed by this call. */
export async function sealCommitted(pool: Pool, mostRows = MOST_ROWS): Promise<number> {
  let rows = 0;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    const result = await sealBlock(pool, mostRows);
    if (result.kind !== "sealed") break;
    rows += result.block.rows;
    if (!result.more) break;
  }
  return rows;
}
