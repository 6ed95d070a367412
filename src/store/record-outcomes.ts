/**
 * Records what came of a seat's calls: outcome rows, the handoffs' new states, links and heads, and
 * the exceptions of what was refused. The states come from the table in handoffs/states.ts; the
 * statement moves a row only from the state the caller saw, and only while it is this seat's claim:
 * a question that took longer than its minute is another seat's by now, which may have sent again
 * since. Such an answer is kept as a late one and nothing follows from it: neither state nor head
 * nor link.
 *
 * A confirmed object frees its head and raises the version that is there; so does an exception,
 * behind which the object's later handoffs stay parked because it is still the oldest open one.
 */
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  textArray,
  uuidArray,
} from "../connectors/kit/binary-array.ts";
import type { Session } from "./database.ts";
import type { Seat } from "./take-lane.ts";

export interface SettlementRow {
  readonly handoffId: string;
  readonly attemptId: string;
  readonly outcomeId: string;
  readonly target: string;
  readonly object: string;
  readonly ordered: boolean;
  readonly version: string;
  readonly reference: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string | undefined;
  /** Milliseconds from now until it may be taken up again; undefined where that does not apply. */
  readonly notBeforeMs: number | undefined;
  /** The object key that the confirmation links, and to what. */
  readonly link:
    | { readonly object: string; readonly externalId: string; readonly number: string | undefined }
    | undefined;
  readonly outcome: {
    readonly class: string;
    readonly code: string | undefined;
    readonly message: string | undefined;
    readonly answer: string | undefined;
    readonly durationMs: number;
    readonly rowHash: Uint8Array;
  };
  readonly exception:
    | {
        readonly id: string;
        readonly cause: string;
        readonly code: string;
        readonly title: string;
        readonly message: string;
        readonly ownerRole: string;
      }
    | undefined;
}

const RECORD = `
with moved as (
  update handoff h set state = x.to_state, reason = x.reason, external_id =
      coalesce(x.external_id, h.external_id), last_attempt = x.attempt_id, changed_at = now(),
    not_before = case when x.wait_ms is null then null
      else now() + make_interval(secs => x.wait_ms / 1000.0) end,
    asked_epoch = case when x.from_state = 'unknown' and x.to_state = 'ready'
      then (select epoch from sending_permission) else h.asked_epoch end
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::integer[])
    as x(id, from_state, to_state, reason, external_id, attempt_id, wait_ms)
  where h.id = x.id and h.state = x.from_state
    and h.budget = $25 and h.lane_seat = $26 and h.fence = $27
  returning h.id
), o as (
  insert into outcome (id, attempt_id, handoff_id, class, code, message, external_id, answer,
    duration_ms, row_hash)
  select x.id, x.attempt_id, x.handoff_id,
    case when x.handoff_id in (select id from moved) then x.class else 'late-' || x.class end,
    x.code, x.message, x.external_id, x.answer, x.duration_ms, x.row_hash
  from unnest($8::uuid[], $6::uuid[], $1::uuid[], $9::text[], $10::text[], $11::text[], $5::text[],
    $12::text[], $13::integer[], $14::bytea[])
    as x(id, attempt_id, handoff_id, class, code, message, external_id, answer, duration_ms,
      row_hash)
), heads as (
  update object_head d set open_handoff = null,
    confirmed_version = case when x.confirmed
      then greatest(d.confirmed_version, x.version) else d.confirmed_version end
  from unnest($15::text[], $16::text[], $17::bigint[], $18::boolean[], $19::uuid[])
    as x(target, object, version, confirmed, handoff_id)
  where d.target = x.target and d.object = x.object and d.open_handoff = x.handoff_id
    and x.handoff_id in (select id from moved)
), confirmed as materialized (
  select x.* from unnest($20::text[], $21::text[], $22::text[], $23::text[], $24::text[],
    $28::uuid[]) as x(target, object, external_id, number, reference, handoff_id)
  where x.handoff_id in (select id from moved)
), l as (
  insert into link (target, object, external_id, number, reference)
  select target, object, external_id, number, reference from confirmed
  on conflict (target, object) do update
    set external_id = excluded.external_id, number = coalesce(excluded.number, link.number)
    where not link.chosen and (link.external_id <> excluded.external_id
      or (excluded.number is not null and link.number is distinct from excluded.number))
), f as (
  update effect e set external_id = x.external_id, confirmed_at = now()
  from confirmed x
  where e.reference = x.reference and e.confirmed_at is null
)
select id from moved`;

/** Rows free their head when nothing of theirs is out any more. */
const HEAD_FREE = new Set(["confirmed", "excepted", "waiting"]);

/** Ids of the handoffs that moved; a missing one had been moved by somebody else meanwhile. */
export async function recordOutcomes(
  session: Session,
  seat: Seat,
  rows: readonly SettlementRow[],
): Promise<Set<string>> {
  const heads = rows
    .filter((r) => r.ordered && HEAD_FREE.has(r.to))
    .sort((a, b) => (`${a.target}\n${a.object}` < `${b.target}\n${b.object}` ? -1 : 1));
  const links = rows
    .filter((r) => r.link !== undefined)
    .sort((a, b) => ((a.link?.object ?? "") < (b.link?.object ?? "") ? -1 : 1));
  const result = await session.query<{ id: string }>({
    name: "record-outcomes",
    text: RECORD,
    values: [
      uuidArray(rows.map((r) => r.handoffId)),
      textArray(rows.map((r) => r.from)),
      textArray(rows.map((r) => r.to)),
      textArray(rows.map((r) => r.reason)),
      textArray(rows.map((r) => r.link?.externalId)),
      uuidArray(rows.map((r) => r.attemptId)),
      integerArray(rows.map((r) => r.notBeforeMs && Math.round(r.notBeforeMs))),
      uuidArray(rows.map((r) => r.outcomeId)),
      textArray(rows.map((r) => r.outcome.class)),
      textArray(rows.map((r) => r.outcome.code)),
      textArray(rows.map((r) => r.outcome.message)),
      textArray(rows.map((r) => r.outcome.answer)),
      integerArray(rows.map((r) => Math.round(r.outcome.durationMs))),
      byteaArray(rows.map((r) => r.outcome.rowHash)),
      textArray(heads.map((r) => r.target)),
      textArray(heads.map((r) => r.object)),
      bigintArray(heads.map((r) => r.version)),
      booleanArray(heads.map((r) => r.to === "confirmed")),
      uuidArray(heads.map((r) => r.handoffId)),
      textArray(links.map((r) => r.target)),
      textArray(links.map((r) => r.link?.object)),
      textArray(links.map((r) => r.link?.externalId)),
      textArray(links.map((r) => r.link?.number)),
      textArray(links.map((r) => r.reference)),
      seat.budget,
      seat.seat,
      seat.fence,
      uuidArray(links.map((r) => r.handoffId)),
    ],
  });
  const moved = new Set(result.rows.map((row) => row.id));
  await openHandoffCases(
    session,
    rows.filter((r) => moved.has(r.handoffId)),
  );
  return moved;
}

const OPEN_CASES = `
insert into exception_case (id, kind, cause, code, title, message, handoff_id, target, object,
  legal_entity, amount_minor, currency, owner_role)
select x.id, 'handoff', x.cause, x.code, x.title, x.message, x.handoff_id, h.target, h.object,
  h.legal_entity, h.amount_minor, h.currency, x.owner_role
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
  as x(id, handoff_id, cause, code, title, message, owner_role)
join handoff h on h.id = x.handoff_id`;

async function openHandoffCases(session: Session, rows: readonly SettlementRow[]): Promise<void> {
  const cases = rows.flatMap((r) =>
    r.exception ? [{ ...r.exception, handoff: r.handoffId }] : [],
  );
  if (cases.length === 0) return;
  await session.query(OPEN_CASES, [
    cases.map((c) => c.id),
    cases.map((c) => c.handoff),
    cases.map((c) => c.cause),
    cases.map((c) => c.code),
    cases.map((c) => c.title),
    cases.map((c) => c.message),
    cases.map((c) => c.ownerRole),
  ]);
}
