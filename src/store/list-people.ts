/** People with their accounts and roles. */
import type { Session } from "./database.ts";

export interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly accounts: readonly {
    readonly kind: "local" | "oidc";
    readonly login: string;
    readonly issuer: string | null;
    readonly disabled: boolean;
  }[];
  readonly grants: readonly { readonly role: string; readonly legal_entity: string | null }[];
}

const LIST = `
select p.id, p.name,
  coalesce((select jsonb_agg(jsonb_build_object('kind', a.kind, 'login', a.login,
      'issuer', a.issuer, 'disabled', a.disabled_at is not null) order by a.login)
    from account a where a.person_id = p.id), '[]') as accounts,
  coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'legal_entity', g.legal_entity)
      order by g.role, g.legal_entity)
    from role_grant g where g.person_id = p.id and g.revoked_at is null), '[]') as grants
from person p
where ($1::uuid is null or p.id = $1) and ($2::text is null or p.name = $2 or exists (
  select 1 from account a where a.person_id = p.id and a.login = lower($2)))
order by p.name`;

/** `who`: a name or a login of theirs. */
export async function listPeopleWithRoles(
  session: Session,
  filter: { readonly id?: string; readonly who?: string } = {},
): Promise<PersonRow[]> {
  const result = await session.query<PersonRow>(LIST, [filter.id ?? null, filter.who ?? null]);
  return result.rows;
}
