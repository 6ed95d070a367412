/** The chain of blocks by itself: every link, and every hash over a block's line. */
import type { LedgerFinding } from "./check-rows.ts";
import { checkRows } from "./check-rows.ts";
import type { Session } from "./database.ts";

const LINES = `
select b.*, lag(number) over w as number_before, lag(hash) over w as hash_before,
  lag(upto_tx) over w as upto_before,
  sha256(convert_to(seal_line(number, form, from_tx, upto_tx, sealed_at, ranges, row_count, root,
    previous_hash), 'UTF8')) as made
from seal_block b window w as (order by number)`;

/** The manifest is left out of this look; whoever reads rows reads it too. */
export function checkChain(session: Session): Promise<LedgerFinding> {
  return checkRows(session, {
    counts: "select count(*)::int as links from seal_block",
    broken: `
      with line as (${LINES})
      select 'changed block' as what, array['block ' || number] as ids,
        'its hash is not that of its line' as detail
      from line where made <> hash
      union all
      select 'missing block', array['block ' || number - 1], 'the chain has a gap before the next'
      from line where number <> coalesce(number_before, 0) + 1
      union all
      select 'block that does not continue the one before', array['block ' || number],
        'its link names another'
      from line where number = coalesce(number_before, 0) + 1
        and (previous_hash <> coalesce(hash_before, decode(repeat('00', 32), 'hex'))
          or from_tx <> coalesce(upto_before, 0))`,
  });
}
