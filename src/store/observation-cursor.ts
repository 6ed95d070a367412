/**
 * How far a target has been looked at, and who looks. One observer a target: two at once would do
 * no harm, but read everything twice. A lease that ran out belongs to an observer that died.
 */
import type { Session } from "./database.ts";

export interface ObservationCursor {
  readonly watching_since: string;
  readonly changed_since: string;
  readonly confirmed_through: string;
  readonly observed_at: string | null;
}

/** A ledger watches from its own beginning: everything we ever sent was sent after it. */
const BEGIN = `
insert into observation_cursor (target, watching_since, changed_since, confirmed_through)
select $1, min(applied_at), min(applied_at), min(applied_at) from schema_version
on conflict (target) do nothing`;

const CLAIM = `
update observation_cursor
set holder = $2, lease_until = now() + make_interval(secs => $3 / 1000.0)
where target = $1 and (holder is null or holder = $2 or lease_until < now())
  and (observed_at is null or observed_at <= now() - make_interval(secs => $4 / 1000.0))
returning watching_since, changed_since, confirmed_through, observed_at`;

/** Undefined while somebody else looks, or looked less than `notWithinMs` ago. */
export async function claimObservation(
  session: Session,
  target: string,
  holder: string,
  leaseMs: number,
  notWithinMs: number,
): Promise<ObservationCursor | undefined> {
  await session.query(BEGIN, [target]);
  const values = [target, holder, leaseMs, notWithinMs];
  return (await session.query<ObservationCursor>(CLAIM, values)).rows[0];
}

const RENEW = `
update observation_cursor set lease_until = now() + make_interval(secs => $3 / 1000.0)
where target = $1 and holder = $2`;

/** False when the lease ran out and somebody else took it: then stop. */
export async function renewObservation(
  session: Session,
  target: string,
  holder: string,
  leaseMs: number,
): Promise<boolean> {
  return (await session.query(RENEW, [target, holder, leaseMs])).rowCount === 1;
}

const FINISH = `
update observation_cursor set holder = null, lease_until = null, observed_at = now(),
  changed_since = greatest(changed_since, $3::timestamptz),
  confirmed_through = greatest(confirmed_through, $4::timestamptz)
where target = $1 and holder = $2`;

/** Only a look that was finished moves the cursor. */
export async function finishObservation(
  session: Session,
  target: string,
  holder: string,
  reached: { readonly changedSince: string; readonly confirmedThrough: string },
): Promise<void> {
  const { changedSince, confirmedThrough } = reached;
  await session.query(FINISH, [target, holder, changedSince, confirmedThrough]);
}

const RELEASE = `
update observation_cursor set holder = null, lease_until = null where target = $1 and holder = $2`;

export async function releaseObservation(
  session: Session,
  target: string,
  holder: string,
): Promise<void> {
  await session.query(RELEASE, [target, holder]);
}

/** The ledger's clock now, for windows over what it recorded. */
export async function ledgerNow(session: Session): Promise<string> {
  const result = await session.query<{ now: string }>("select now() as now");
  return result.rows[0]?.now ?? "";
}
