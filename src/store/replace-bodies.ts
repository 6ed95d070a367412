/**
 * Lets other contents take the place of bodies of evidence, and says so: one row of evidence_change
 * for each, with the hash of what lies there now, in the same transaction. The trigger of the
 * tables refuses everything else. Two statements: a trigger does not see what its own one wrote.
 */
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { Json } from "../kernel/strict-json.ts";
import type { Session } from "./database.ts";
import { eraseTexts } from "./erase-texts.ts";

export interface Replacement {
  readonly id: string;
  /** Of the row of evidence_change. */
  readonly changeId: string;
  readonly newHash: Uint8Array;
}

const RECORD = `
insert into evidence_change (id, kind, table_name, row_id, new_hash, reason, row_hash)
select x.id, 'replaced', $4, x.row_id, x.new_hash, $5,
  sha256(convert_to(evidence_field($5), 'UTF8'))
from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as x(id, row_id, new_hash)`;

async function record(
  session: Session,
  table: string,
  rows: readonly Replacement[],
  reason: string,
): Promise<void> {
  const ids = rows.map((row) => row.changeId);
  const hashes = rows.map((row) => row.newHash);
  await session.query(RECORD, [ids, rows.map((row) => row.id), hashes, table, reason]);
}

const COLUMN = { inbound: "body", attempt: "request", event: "data" } as const;

export interface ReplacedBody extends Replacement {
  readonly bytes: Uint8Array;
}

/** Inside a transaction of the caller's. */
export async function replaceBodies(
  session: Session,
  table: keyof typeof COLUMN,
  rows: readonly ReplacedBody[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  await record(session, table, rows, reason);
  await session.query(
    `update ${table} t set ${COLUMN[table]} = x.bytes
     from unnest($1::uuid[], $2::bytea[]) as x(id, bytes) where t.id = x.id`,
    [rows.map((row) => row.id), rows.map((row) => row.bytes)],
  );
}

export interface ReplacedOutcome extends Replacement {
  readonly message: string | undefined;
}

/** Answers go; the message stays or gives way to the one given. */
export async function replaceOutcomes(
  session: Session,
  rows: readonly ReplacedOutcome[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  await record(session, "outcome", rows, reason);
  await session.query(
    `update outcome t set message = x.message, answer = null
     from unnest($1::uuid[], $2::text[]) as x(id, message) where t.id = x.id`,
    [rows.map((row) => row.id), rows.map((row) => row.message ?? null)],
  );
}

export interface StoredAct {
  readonly id: string;
  readonly reason: string | null;
  readonly before: Json;
  readonly after: Json;
}

/** Acts whose texts may hold one of these; lower case. */
const FIND_AUDIT = `
select id, reason, before, after from audit
where exists (select from unnest($1::text[]) t where strpos(
  lower(concat_ws(' ', reason, before::text, after::text)), t) > 0)`;

/** Acts with texts that hold one of these, lower case, as they are without those texts. */
export async function findAuditWith(
  session: Session,
  terms: readonly string[],
): Promise<StoredAct[]> {
  const { rows } = await session.query<StoredAct>(FIND_AUDIT, [terms]);
  return rows.flatMap((act) => {
    const without = withoutTexts(act, terms);
    return canonicalJson(without) === canonicalJson({ ...act }) ? [] : [without];
  });
}

/** By whom it was done stays: that is no party's. */
function withoutTexts({ id, reason, before, after }: StoredAct, terms: readonly string[]) {
  const erased = eraseTexts(after, terms);
  const by = isObject(after) && after["by"] !== undefined ? { by: after["by"] } : {};
  return {
    id,
    reason: eraseTexts(reason, terms) as string | null,
    before: eraseTexts(before, terms),
    after: isObject(erased) ? { ...erased, ...by } : erased,
  };
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export interface ReplacedAct extends StoredAct {
  /** Of the row of evidence_change. */
  readonly changeId: string;
}

const ACTS = `
  unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[])
    as x(id, row_id, reason, before, after)`;

/** The hash is made here, over the text that jsonb gives back, as where the act was written. */
const RECORD_ACTS = `
insert into evidence_change (id, kind, table_name, row_id, new_hash, reason, row_hash)
select x.id, 'replaced', 'audit', x.row_id,
  sha256(convert_to(evidence_field(x.reason) || evidence_field(nullif(x.before, 'null')::text)
    || evidence_field(nullif(x.after, 'null')::text), 'UTF8')),
  $6, sha256(convert_to(evidence_field($6), 'UTF8'))
from ${ACTS}`;

const REPLACE_ACTS = `
update audit a set reason = x.reason, before = nullif(x.before, 'null'),
  after = nullif(x.after, 'null')
from ${ACTS} where a.id = x.row_id`;

/** Who did what, when and to what stays, and so do the fields that others find an act by. */
export async function replaceAudit(
  session: Session,
  rows: readonly ReplacedAct[],
  reason: string,
): Promise<void> {
  if (rows.length === 0) return;
  const values = [
    rows.map((row) => row.changeId),
    rows.map((row) => row.id),
    rows.map((row) => row.reason),
    rows.map((row) => canonicalJson(row.before)),
    rows.map((row) => canonicalJson(row.after)),
  ];
  await session.query(RECORD_ACTS, [...values, reason]);
  await session.query(REPLACE_ACTS, values);
}
