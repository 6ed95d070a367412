/**
 * Takes rate tokens of a metered budget, at most 250 ms ahead of the clock, so that all seats of
 * all hubs together keep the account's rate. Returns how many calls may be made now. A budget
 * without a rate is not asked.
 *
 * Below four calls a second not one fits into 250 ms; one may always be ahead. Counted in tokens
 * and not in time: a third of a second, to the microsecond, holds a little less than one.
 */
import type { Session } from "./database.ts";

const LEASE = `
with b as (
  select name, rate_per_second, greatest(tokens_used_until, now()) as used_from
  from budget where name = $1 for update
), granted as (
  select name, rate_per_second, used_from, least($2::int, floor(
    greatest(rate_per_second * 0.25, 1) - extract(epoch from used_from - now()) * rate_per_second
  )::int) as calls
  from b
)
update budget set tokens_used_until =
  granted.used_from + make_interval(secs => granted.calls / granted.rate_per_second)
from granted where budget.name = granted.name and granted.calls > 0
returning granted.calls`;

export async function leaseTokens(
  session: Session,
  budget: string,
  wanted: number,
): Promise<number> {
  const result = await session.query<{ calls: number }>(LEASE, [budget, wanted]);
  return result.rows[0]?.calls ?? 0;
}
