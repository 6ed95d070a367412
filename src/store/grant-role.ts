/** Roles of people, for one legal entity or for all. Revoked grants stay, as evidence. */
import type { Session } from "./database.ts";

export interface NewGrant {
  readonly id: string;
  readonly personId: string;
  readonly role: string;
  readonly legalEntity: string | undefined;
  readonly by: string;
  readonly despite: string | undefined;
}

const GRANT = `
insert into role_grant (id, person_id, role, legal_entity, granted_by, despite)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing`;

/** False when the person holds it already. */
export async function grantRole(session: Session, grant: NewGrant): Promise<boolean> {
  const result = await session.query(GRANT, [
    grant.id,
    grant.personId,
    grant.role,
    grant.legalEntity ?? null,
    grant.by,
    grant.despite ?? null,
  ]);
  return result.rowCount === 1;
}

const REVOKE = `
update role_grant set revoked_at = now(), revoked_by = $4
where person_id = $1 and role = $2 and legal_entity is not distinct from $3
  and revoked_at is null`;

/** False when the person does not hold it. */
export async function revokeRole(
  session: Session,
  grant: Pick<NewGrant, "personId" | "role" | "legalEntity" | "by">,
): Promise<boolean> {
  const { personId, role, legalEntity, by } = grant;
  const result = await session.query(REVOKE, [personId, role, legalEntity ?? null, by]);
  return result.rowCount === 1;
}

const LOCK = `
select id from role_grant
where role = 'admin' and legal_entity is null and revoked_at is null order by id for update`;

/** Two administrators who take each other's place at once go one after the other, and see it. */
export async function lockAdmins(session: Session): Promise<void> {
  await session.query(LOCK);
}

const ADMINS = `
select count(distinct g.person_id)::int as admins from role_grant g
join account a on a.person_id = g.person_id and a.disabled_at is null
where g.role = 'admin' and g.legal_entity is null and g.revoked_at is null
  and g.person_id is distinct from $1`;

/** People besides this one who may sign in and give out roles; true for as long as the lock. */
export async function countOtherAdmins(session: Session, personId: string): Promise<number> {
  const result = await session.query<{ admins: number }>(ADMINS, [personId]);
  return result.rows[0]?.admins ?? 0;
}
