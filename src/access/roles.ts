/**
 * Who may do what.
 *
 * role         a person's duty in the company; `system` is a clock or a hub of ours
 * permission   one thing that may be asked of the product; each operation names exactly one
 * actor        who asks: the person's name as audited, the roles held, and how that was proved
 * scope        the rows over which an actor holds a permission: legal entities, or all of them
 * unassigned   rows that belong to no legal entity, or not yet; for engineers and administrators
 */
import { accessErrors } from "./errors.ts";

export const roles = [
  "controller",
  "analyst",
  "engineer",
  "approver",
  "auditor",
  "support",
  "admin",
  "system",
] as const;

export type Role = (typeof roles)[number];

/** Roles that a person may hold; `system` is nobody's. */
export const personalRoles = roles.filter((role) => role !== "system");

const everyone = [
  "controller",
  "analyst",
  "engineer",
  "approver",
  "auditor",
  "support",
  "admin",
] as const;

/**
 * The one table of permissions. Reading bodies (`event.read`) shows personal data, so support,
 * which sees states and money only, does not hold it. What was not understood belongs to no legal
 * entity, so it is for engineers and administrators.
 */
const table = {
  "story.read": everyone,
  "event.read": ["controller", "analyst", "engineer", "approver", "auditor", "admin"],
  "handoff.read": everyone,
  "exception.read": everyone,
  "exception.retry": ["controller", "analyst", "engineer", "admin"],
  "exception.assign": ["controller", "analyst", "engineer", "approver", "admin"],
  "exception.exclude": ["controller", "analyst", "approver"],
  "exception.accept": ["controller", "analyst", "approver"],
  "exception.approve": ["controller", "approver"],
  "reference.repair": ["controller", "analyst", "engineer", "approver"],
  "exception.expire": ["admin", "system"],
  "target.observe": ["controller", "analyst", "engineer", "admin", "system"],
  "connection.read": ["controller", "analyst", "engineer", "approver", "auditor", "admin"],
  "dead-letter.read": ["engineer", "admin"],
  "audit.verify": ["controller", "engineer", "auditor", "admin", "system"],
  "evidence.export": ["controller", "auditor", "admin"],
  "retention.plan": ["controller", "engineer", "auditor", "admin"],
  "retention.run": ["controller", "admin"],
  "privacy.export": ["controller", "admin"],
  "privacy.erase": ["controller", "admin"],
  "keys.rotate": ["admin"],
  "health.read": ["engineer", "auditor", "admin", "system"],
  "sending.stop": ["controller", "engineer", "admin"],
  "sending.resume": ["controller", "admin"],
  "person.read": ["auditor", "admin"],
  "person.manage": ["admin"],
  "token.own": everyone,
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof table;

export const permissions = Object.keys(table) as readonly Permission[];

/**
 * Permissions over the ledger as a whole. They need a role for all legal entities, for a check over
 * a part would call what it cannot see missing; all others reach only the rows of the scope.
 */
const overTheWhole: ReadonlySet<Permission> = new Set([
  // Drift is of a target's account, which may hold several entities and says which of none.
  "exception.accept",
  // An object's id in a target is the account's, of whichever entity a document is.
  "reference.repair",
  "exception.expire",
  "target.observe",
  "audit.verify",
  "evidence.export",
  "retention.plan",
  "retention.run",
  // A party's documents may be of several entities, and a part of them erased is nothing erased.
  "privacy.export",
  "privacy.erase",
  "keys.rotate",
  "health.read",
  "sending.stop",
  "sending.resume",
  "person.read",
  "person.manage",
]);

/** What a person may do about themselves, whatever the legal entity. */
const overOneself: ReadonlySet<Permission> = new Set(["token.own"]);

export type Reach = "rows" | "whole" | "self";

export function reachOf(permission: Permission): Reach {
  if (overTheWhole.has(permission)) return "whole";
  return overOneself.has(permission) ? "self" : "rows";
}

/** How an actor was known: the command line of this machine proves nobody. */
export type Means = "session" | "token" | "local" | "clock";

export interface EntityRole {
  readonly role: Role;
  readonly legalEntity: string;
}

export interface Actor {
  readonly name: string;
  /** Held for every legal entity, those of the future included. */
  readonly roles: readonly Role[];
  /** Held for one legal entity each. */
  readonly entityRoles?: readonly EntityRole[];
  /** What a token was limited to; its person's roles hold besides. */
  readonly only?: {
    readonly permissions: readonly Permission[];
    readonly legalEntities: readonly string[] | undefined;
  };
  /** Set when a session or a token proved it; `person` is the same for all accounts of one. */
  readonly proof?: {
    readonly person: string;
    readonly account: string | undefined;
    readonly means: Means;
  };
}

export interface Scope {
  /** Every legal entity. */
  readonly all: boolean;
  /** These legal entities; empty when `all`. */
  readonly legalEntities: readonly string[];
  /** Rows without a legal entity too. */
  readonly unassigned: boolean;
}

const nothing: Scope = { all: false, legalEntities: [], unassigned: false };
const seesUnassigned: ReadonlySet<Role> = new Set(["engineer", "admin", "system"]);

export function rolesWith(permission: Permission): readonly Role[] {
  return table[permission];
}

/** The rows over which the actor holds the permission; none when it does not hold it. */
export function scopeOf(actor: Actor, permission: Permission): Scope {
  const { only } = actor;
  if (only !== undefined && !only.permissions.includes(permission)) return nothing;
  const holding = rolesWith(permission);
  const everywhere = actor.roles.filter((role) => holding.includes(role));
  const entities = (actor.entityRoles ?? [])
    .filter(({ role }) => holding.includes(role))
    .map(({ legalEntity }) => legalEntity);
  const all = everywhere.length > 0;
  const limit = only?.legalEntities;
  if (limit !== undefined) {
    const within = limit.filter((entity) => all || entities.includes(entity));
    return { all: false, legalEntities: [...new Set(within)].sort(), unassigned: false };
  }
  return {
    all,
    legalEntities: all ? [] : [...new Set(entities)].sort(),
    unassigned: everywhere.some((role) => seesUnassigned.has(role)),
  };
}

export function may(actor: Actor, permission: Permission): boolean {
  const scope = scopeOf(actor, permission);
  return scope.all || (reachOf(permission) !== "whole" && scope.legalEntities.length > 0);
}

/** The scope in which the actor may. Throws E_ACCESS_DENIED. */
export function demand(actor: Actor, permission: Permission): Scope {
  if (may(actor, permission)) return scopeOf(actor, permission);
  throw accessErrors.E_ACCESS_DENIED({
    actor: actor.name,
    permission,
    roles: rolesWith(permission).join(", "),
  });
}
