/** Roles are given for one legal entity or for all; a conflict of duties needs a reason. */
import { z } from "zod";
import { conflictsOf } from "../../access/duty-conflicts.ts";
import type { Role } from "../../access/roles.ts";
import { personalRoles } from "../../access/roles.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import { inTransaction } from "../../store/database.ts";
import { grantRole } from "../../store/grant-role.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import { findPerson, whoInput } from "./person-shape.ts";

export const roleInput = z.enum(personalRoles as [Role, ...Role[]]);
export const entityInput = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .describe("a legal entity; without it the role holds for all of them");

export const grantRoleOperation = defineOperation({
  name: "grant-role",
  summary: "Gives a person a role, for one legal entity or for all.",
  permission: "person.manage",
  input: z.strictObject({
    who: whoInput,
    role: roleInput,
    entity: entityInput,
    despite: z
      .string()
      .min(3)
      .max(500)
      .optional()
      .describe("why one person may hold duties that watch each other"),
  }),
  output: z.strictObject({
    person: z.string(),
    role: z.string(),
    legalEntity: z.string().optional(),
    /** False when it was held already. */
    granted: z.boolean(),
    conflicts: z.array(z.string()),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_DUTY_CONFLICT"],
  run: async (context, { who, role, entity, despite }) =>
    inTransaction(context.pool, async (session) => {
      const person = await findPerson(session, who);
      const held = person.grants.map((one) => one.role as Role);
      const conflicts = conflictsOf(held, role).map(
        ({ one, other, because }) => `${one} and ${other}: ${because}`,
      );
      if (conflicts.length > 0 && despite === undefined) {
        const detail = conflicts.join("; ");
        throw operationsErrors.E_OPERATIONS_DUTY_CONFLICT({ name: person.name, role, detail });
      }
      const subject = idOf("person", person.id);
      const granted = await grantRole(session, {
        id: uuidV7(context.clock, context.random),
        personId: person.id,
        role,
        legalEntity: entity,
        by: context.actor.name,
        despite: conflicts.length > 0 ? despite : undefined,
      });
      if (granted) {
        const after = { role, legalEntity: entity ?? null, conflicts };
        const before = { roles: person.grants };
        await auditActs(context, session, [
          { operation: "grant-role", subject, before, after, reason: despite },
        ]);
      }
      return { person: subject, role, legalEntity: entity, granted, conflicts };
    }),
});
