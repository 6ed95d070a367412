/** API tokens. The secret is shown once; what is kept is its hash and its first characters. */
import type { Session } from "./database.ts";

export interface NewToken {
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly prefix: string;
  readonly secretHash: Uint8Array;
  readonly permissions: readonly string[];
  readonly legalEntities: readonly string[] | undefined;
  readonly by: string;
  readonly days: number;
}

const ISSUE = `
insert into api_token (id, person_id, name, prefix, secret_hash, permissions, legal_entities,
  created_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(days => $9))
returning expires_at`;

/** Returns when it expires. */
export async function issueToken(session: Session, token: NewToken): Promise<string> {
  const result = await session.query<{ expires_at: string }>(ISSUE, [
    token.id,
    token.personId,
    token.name,
    token.prefix,
    token.secretHash,
    token.permissions,
    token.legalEntities ?? null,
    token.by,
    token.days,
  ]);
  return result.rows[0]?.expires_at ?? "";
}

export interface TokenRow {
  readonly id: string;
  readonly person_id: string;
  readonly person: string;
  readonly name: string;
  readonly prefix: string;
  readonly permissions: readonly string[];
  readonly legal_entities: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string;
  readonly used_at: string | null;
  readonly state: "live" | "expired" | "revoked";
}

const COLUMNS = `t.id, t.person_id, p.name as person, t.name, t.prefix, t.permissions,
  t.legal_entities, t.created_at, t.expires_at, t.used_at,
  case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired'
    else 'live' end as state`;

const LIST = `
select ${COLUMNS} from api_token t join person p on p.id = t.person_id
where $1::uuid is null or t.person_id = $1 order by t.created_at, t.id`;

export async function listTokens(
  session: Session,
  personId: string | undefined,
): Promise<TokenRow[]> {
  return (await session.query<TokenRow>(LIST, [personId ?? null])).rows;
}

/** A token of somebody who cannot sign in any more proves nothing either. */
const FIND = `
select ${COLUMNS}, coalesce(t.used_at < now() - interval '1 minute', true) as stale
from api_token t join person p on p.id = t.person_id
where t.secret_hash = $1 and t.revoked_at is null and t.expires_at > now()
  and exists (select 1 from account a where a.person_id = p.id and a.disabled_at is null)`;

const USED = "update api_token set used_at = now() where id = $1";

export async function findToken(
  session: Session,
  secretHash: Uint8Array,
): Promise<TokenRow | undefined> {
  const result = await session.query<TokenRow & { stale: boolean }>(FIND, [secretHash]);
  const found = result.rows[0];
  if (found?.stale === true) await session.query(USED, [found.id]);
  return found;
}

const REVOKE = `
update api_token set revoked_at = now()
where id = $1 and ($2::uuid is null or person_id = $2) and revoked_at is null`;

export async function revokeToken(
  session: Session,
  id: string,
  ofPerson: string | undefined,
): Promise<boolean> {
  return (await session.query(REVOKE, [id, ofPerson ?? null])).rowCount === 1;
}
