/** References as they are stored, to be made again and compared, and held against documents. */
import type { Session } from "./database.ts";

export interface NamedEffect {
  readonly id: string;
  readonly reference: string;
  readonly target: string;
  readonly object: string;
  readonly operation: string;
  readonly connection: string;
}

/** Keyset pages by id: memory stays flat however many handoffs there are. */
const PAGE = `
select h.id, h.reference, h.target, h.object, h.operation, e.connection
from handoff h join event e on e.id = h.event_id
where h.id > $1 order by h.id limit $2`;

const FIRST = "00000000-0000-0000-0000-000000000000";

export async function* eachNamedEffect(
  session: Session,
  pageSize: number,
): AsyncIterable<readonly NamedEffect[]> {
  let after = FIRST;
  for (;;) {
    const { rows } = await session.query<NamedEffect>(PAGE, [after, pageSize]);
    if (rows.length > 0) yield rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.id ?? after;
  }
}

const MISMATCHED = `
select h.id::text as handoff, h.reference,
  f.target || ' ' || f.object || ' ' || f.operation as taken,
  h.target || ' ' || h.object || ' ' || h.operation as meant
from handoff h join effect f on f.reference = h.reference
where f.target <> h.target or f.object <> h.object or f.operation <> h.operation limit 1000`;

export interface MismatchedEffect {
  readonly handoff: string;
  readonly reference: string;
  readonly taken: string;
  readonly meant: string;
}

/** One reference that stands for two effects. */
export async function findMismatchedEffects(session: Session): Promise<MismatchedEffect[]> {
  return (await session.query<MismatchedEffect>(MISMATCHED)).rows;
}

const UNKNOWN = `
select r.reference from unnest($1::text[]) as r(reference)
where not exists (select 1 from handoff h where h.reference = r.reference and h.target = $2)`;

/** Those of the references for which no handoff to the target was ever made. */
export async function findUnknownReferences(
  session: Session,
  target: string,
  references: readonly string[],
): Promise<string[]> {
  const result = await session.query<{ reference: string }>(UNKNOWN, [references, target]);
  return result.rows.map((row) => row.reference);
}

const NAMING = `
select h.reference, x.message from exception_case x join handoff h on h.id = x.handoff_id
where x.state = 'open' and h.target = $1 and h.reference = any($2::text[])`;

/** What open exceptions say about these references. */
export async function findExceptionTexts(
  session: Session,
  target: string,
  references: readonly string[],
): Promise<Map<string, string>> {
  const result = await session.query<{ reference: string; message: string }>(NAMING, [
    target,
    references,
  ]);
  const texts = new Map<string, string>();
  for (const { reference, message } of result.rows) {
    texts.set(reference, `${texts.get(reference) ?? ""} ${message}`);
  }
  return texts;
}
