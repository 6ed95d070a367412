/**
 * From what a request carries to the actor behind it.
 *
 * secret   256 random bits, given out once; the ledger keeps its SHA-256
 * token    `tt_` and a secret, for programs; limited to permissions, entities and a time
 * session  a secret in a cookie, for browsers; ends when idle, when its day is over, at sign-out
 */
import type { Actor, Permission, Role } from "../../access/roles.ts";
import { permissions, roles } from "../../access/roles.ts";
import { IDLE_MINUTES } from "../../access/session-rules.ts";
import type { Hasher } from "../../kernel/hashing.ts";
import type { Random } from "../../kernel/random.ts";
import type { Pool, Session } from "../../store/database.ts";
import { findToken } from "../../store/issue-token.ts";
import type { PersonRow } from "../../store/list-people.ts";
import { listPeopleWithRoles } from "../../store/list-people.ts";
import { findSession, readSession } from "../../store/open-session.ts";

export const TOKEN_PREFIX = "tt_";

export function newSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64url");
}

export interface Asker {
  readonly actor: Actor;
  readonly person: { readonly id: string; readonly name: string };
  readonly account: { readonly login: string; readonly kind: "local" | "oidc" } | undefined;
  readonly means: "session" | "token";
  readonly expiresAt: string;
}

/**
 * Undefined when the secret is of no living session. `byPerson` is false for what a page asks by
 * itself: an open page must not keep a session from being idle.
 */
export async function askerOfSession(
  pool: Pool,
  hasher: Hasher,
  secret: string,
  byPerson = true,
): Promise<Asker | undefined> {
  const find = byPerson ? findSession : readSession;
  const found = await find(pool, hasher.sha256(secret), IDLE_MINUTES);
  if (found === undefined) return undefined;
  const person = await personOf(pool, found.person_id);
  if (person === undefined) return undefined;
  const proof = { person: person.id, account: found.login, means: "session" as const };
  return {
    actor: { ...actorOf(person), proof },
    person: { id: person.id, name: person.name },
    account: { login: found.login, kind: found.kind },
    means: "session",
    expiresAt: found.expires_at,
  };
}

/** Undefined when the token is unknown, revoked, over, or of nobody who may still sign in. */
export async function askerOfToken(
  pool: Pool,
  hasher: Hasher,
  token: string,
): Promise<Asker | undefined> {
  if (!token.startsWith(TOKEN_PREFIX)) return undefined;
  const found = await findToken(pool, hasher.sha256(token));
  if (found === undefined) return undefined;
  const person = await personOf(pool, found.person_id);
  if (person === undefined) return undefined;
  const only = {
    permissions: permissions.filter((one) => found.permissions.includes(one)) as Permission[],
    legalEntities: found.legal_entities ?? undefined,
  };
  const account = `token ${found.prefix}`;
  return {
    actor: { ...actorOf(person), only, proof: { person: person.id, account, means: "token" } },
    person: { id: person.id, name: person.name },
    account: undefined,
    means: "token",
    expiresAt: found.expires_at,
  };
}

async function personOf(session: Session, id: string): Promise<PersonRow | undefined> {
  return (await listPeopleWithRoles(session, { id }))[0];
}

/** The roles of a person; a role that this version does not know gives nothing. */
export function actorOf(person: Pick<PersonRow, "name" | "grants">): Actor {
  const known = person.grants.filter(({ role }) => (roles as readonly string[]).includes(role));
  return {
    name: person.name,
    roles: known.filter((one) => one.legal_entity === null).map(({ role }) => role as Role),
    entityRoles: known.flatMap(({ role, legal_entity: legalEntity }) =>
      legalEntity === null ? [] : [{ role: role as Role, legalEntity }],
    ),
  };
}
