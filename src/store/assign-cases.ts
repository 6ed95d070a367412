/** Who works on open cases, and what is put off until a day; what stood before is returned. */
import type { Session } from "./database.ts";

export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly logins: readonly string[];
  readonly grants: readonly { readonly role: string; readonly legal_entity: string | null }[];
}

const COLLEAGUES = `
select id, name, logins, grants from colleague
where ($1::uuid is null or id = $1)
  and ($2::text is null or name = $2 or lower($2) = any (logins))
order by name limit 500`;

/** People who can sign in; `who`: a name or a login. */
export async function listColleagues(
  session: Session,
  of: { readonly id?: string | undefined; readonly who?: string | undefined } = {},
): Promise<Colleague[]> {
  return (await session.query<Colleague>(COLLEAGUES, [of.id ?? null, of.who ?? null])).rows;
}

export interface QueuedCase {
  readonly id: string;
  readonly kind: string;
  readonly legal_entity: string | null;
  readonly assignee: string | null;
  readonly snoozed_until: string | null;
  readonly snooze_reason: string | null;
}

/** Locked in the order of their ids, so that two who act on overlapping causes wait. */
const LOCK = `
select x.id, x.kind, x.legal_entity, p.name as assignee, x.snoozed_until, x.snooze_reason
from exception_case x left join person p on p.id = x.assignee
where x.state = 'open' and ($1::uuid is null or x.id = $1) and ($2::text is null or x.cause = $2)
order by x.id for update of x`;

export async function lockQueuedCases(
  session: Session,
  what: { readonly id?: string | undefined; readonly cause?: string | undefined },
): Promise<QueuedCase[]> {
  return (await session.query<QueuedCase>(LOCK, [what.id ?? null, what.cause ?? null])).rows;
}

const ASSIGN = "update exception_case set assignee = $2 where id = any ($1::uuid[])";

/** `person` undefined: nobody works on them any more. */
export async function assignCases(
  session: Session,
  ids: readonly string[],
  person: string | undefined,
): Promise<void> {
  await session.query(ASSIGN, [ids, person ?? null]);
}

const SNOOZE = `
update exception_case set snoozed_until = $2, snooze_reason = $3 where id = any ($1::uuid[])`;

/** Both undefined: they are in sight again. */
export async function snoozeCases(
  session: Session,
  ids: readonly string[],
  until: string | undefined,
  reason: string | undefined,
): Promise<void> {
  await session.query(SNOOZE, [ids, until ?? null, reason ?? null]);
}
