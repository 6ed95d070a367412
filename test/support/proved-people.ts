/** People of a ledger, as operations meet them once a session proved who they are. */
import type { Actor, Role } from "../../src/access/roles.ts";
import type { Pool } from "../../src/store/database.ts";

export type ProvedActor = Actor & { readonly proof: NonNullable<Actor["proof"]> };

/** The person of that name, new or known; the account is the name in lower case. */
export async function provedPerson(
  pool: Pool,
  name: string,
  roles: readonly Role[] = ["controller"],
): Promise<ProvedActor> {
  const result = await pool.query<{ id: string }>(
    `insert into person (id, name) values (gen_random_uuid(), $1)
     on conflict (name) do update set name = excluded.name returning id`,
    [name],
  );
  const account = name.toLowerCase();
  const person = result.rows[0]?.id ?? "";
  return { name, roles, proof: { person, account, means: "session" } };
}

/** Another account of the same person, under another name. */
export function secondAccountOf(actor: ProvedActor): ProvedActor {
  const account = `${actor.proof.account}2`;
  return { ...actor, name: `${actor.name} again`, proof: { ...actor.proof, account } };
}
