/**
 * Under which id a target has an object, when people say so. What they chose is not unsaid by a
 * later confirmation of the object (record-outcomes.ts).
 */
import type { Session } from "./database.ts";

export interface KnownLink {
  readonly object: string;
  readonly external_id: string;
  readonly number: string | null;
  readonly chosen: boolean;
  /** Of the object's newest event, where it has one. */
  readonly name: string | null;
}

const NAME = `
left join lateral (
  select convert_from(e.data, 'UTF8')::jsonb ->> 'name' as name from event e
  where e.subject = l.object and e.type like 'product.%'
  order by e.version desc, e.id desc limit 1) n on true`;

const KNOWN = `
select l.object, l.external_id, l.number, l.chosen, n.name from link l ${NAME}
where l.target = $1 and l.object = any ($2::text[])`;

export async function findLinks(
  session: Session,
  target: string,
  objects: readonly string[],
): Promise<KnownLink[]> {
  return (await session.query<KnownLink>(KNOWN, [target, objects])).rows;
}

const ALIKE = `
select l.object, l.external_id, l.number, l.chosen, n.name from link l ${NAME}
where l.target = $1 and l.object like $2 order by n.name nulls last, l.object limit $3`;

/** Objects of that entity of that source that the target has: what may be chosen from. */
export async function findAlike(
  session: Session,
  target: string,
  of: { readonly source: string; readonly entity: string },
  limit: number,
): Promise<KnownLink[]> {
  const escaped = `${of.source}/${of.entity}/`.replace(/[\\%_]/g, "\\$&");
  return (await session.query<KnownLink>(ALIKE, [target, `${escaped}%`, limit])).rows;
}

const WAITING = `
select h.id, h.object, h.target from handoff_need n
join handoff h on h.id = n.handoff_id and h.state = 'waiting'
where n.target = $1 and n.object = $2 order by h.id`;

export interface WaitingHandoff {
  readonly id: string;
  readonly object: string;
  readonly target: string;
}

export async function findWaitingFor(
  session: Session,
  target: string,
  object: string,
): Promise<WaitingHandoff[]> {
  return (await session.query<WaitingHandoff>(WAITING, [target, object])).rows;
}

const CHOOSE = `
insert into link as l (target, object, external_id, reference, chosen)
values ($1, $2, $3, $4, true)
on conflict (target, object) do update
  set external_id = excluded.external_id, number = null, chosen = true`;

/** `reference`: of a link that was not there before, the proposal that made it. */
export async function chooseLink(
  session: Session,
  row: {
    readonly target: string;
    readonly object: string;
    readonly externalId: string;
    readonly reference: string;
  },
): Promise<void> {
  await session.query(CHOOSE, [row.target, row.object, row.externalId, row.reference]);
}
