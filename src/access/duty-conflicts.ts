/**
 * Duties that watch each other and should not be one person's. A grant that makes a conflict needs
 * a stated reason; that an author never approves is held at the act itself, whatever the roles.
 */
import type { Role } from "./roles.ts";

export interface DutyConflict {
  readonly one: Role;
  readonly other: Role;
  readonly because: string;
}

export const dutyConflicts: readonly DutyConflict[] = [
  { one: "admin", other: "approver", because: "who gives out roles could approve through any" },
  { one: "admin", other: "controller", because: "who gives out roles could approve through any" },
  { one: "engineer", other: "approver", because: "who changes how money moves must not pass it" },
  { one: "auditor", other: "admin", because: "who checks must not have done" },
  { one: "auditor", other: "engineer", because: "who checks must not have done" },
  { one: "auditor", other: "controller", because: "who checks must not have done" },
  { one: "auditor", other: "analyst", because: "who checks must not have done" },
  { one: "auditor", other: "approver", because: "who checks must not have done" },
];

/** Conflicts that `added` makes with the roles already held. */
export function conflictsOf(held: readonly Role[], added: Role): readonly DutyConflict[] {
  return dutyConflicts.filter(
    ({ one, other }) =>
      (one === added && held.includes(other)) || (other === added && held.includes(one)),
  );
}
