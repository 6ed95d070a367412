/**
 * Who may do what.
 *
 * role         a person's duty in the company; `system` is a clock or a hub of ours
 * permission   one thing that may be asked of the product; each operation names exactly one
 * actor        who asks: the person's name as audited, and the roles that the caller proved
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

/**
 * The one table of permissions. Reading bodies (`event.read`) shows personal data, so support,
 * which sees states and money only, does not hold it.
 */
const table = {
  "story.read": ["controller", "analyst", "engineer", "approver", "auditor", "support", "admin"],
  "event.read": ["controller", "analyst", "engineer", "approver", "auditor", "admin"],
  "handoff.read": ["controller", "analyst", "engineer", "approver", "auditor", "support", "admin"],
  "exception.read": [
    "controller",
    "analyst",
    "engineer",
    "approver",
    "auditor",
    "support",
    "admin",
  ],
  "exception.retry": ["controller", "analyst", "engineer", "admin"],
  "exception.exclude": ["controller", "analyst", "approver"],
  "exception.accept": ["controller", "analyst", "approver"],
  "exception.expire": ["admin", "system"],
  "target.observe": ["controller", "analyst", "engineer", "admin", "system"],
  "connection.read": ["controller", "analyst", "engineer", "approver", "auditor", "admin"],
  "dead-letter.read": ["analyst", "engineer", "auditor", "admin"],
  "audit.verify": ["controller", "engineer", "auditor", "admin", "system"],
  "evidence.export": ["controller", "auditor", "admin"],
  "health.read": ["engineer", "auditor", "admin", "system"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof table;

export const permissions = Object.keys(table) as readonly Permission[];

export interface Actor {
  readonly name: string;
  readonly roles: readonly Role[];
}

export function rolesWith(permission: Permission): readonly Role[] {
  return table[permission];
}

export function may(actor: Actor, permission: Permission): boolean {
  return actor.roles.some((role) => rolesWith(permission).includes(role));
}

/** Throws E_ACCESS_DENIED. */
export function demand(actor: Actor, permission: Permission): void {
  if (may(actor, permission)) return;
  throw accessErrors.E_ACCESS_DENIED({
    actor: actor.name,
    permission,
    roles: rolesWith(permission).join(", "),
  });
}
