import { z } from "zod";
import { inTransaction } from "../../store/database.ts";
import { countOtherAdmins, lockAdmins, revokeRole } from "../../store/grant-role.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import { entityInput, roleInput } from "./grant-role.ts";
import { findPerson, whoInput } from "./person-shape.ts";

export const revokeRoleOperation = defineOperation({
  name: "revoke-role",
  summary: "Takes a role from a person; it ends at once, in open sessions and tokens too.",
  permission: "person.manage",
  input: z.strictObject({
    who: whoInput,
    role: roleInput,
    entity: entityInput,
    reason: z.string().max(500).optional(),
  }),
  output: z.strictObject({ person: z.string(), role: z.string(), revoked: z.boolean() }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_LAST_ADMIN"],
  run: async (context, { who, role, entity, reason }) =>
    inTransaction(context.pool, async (session) => {
      const forAll = role === "admin" && entity === undefined;
      if (forAll) await lockAdmins(session);
      const person = await findPerson(session, who);
      if (forAll && (await countOtherAdmins(session, person.id)) === 0) {
        throw operationsErrors.E_OPERATIONS_LAST_ADMIN({ name: person.name });
      }
      const subject = idOf("person", person.id);
      const revoked = await revokeRole(session, {
        personId: person.id,
        role,
        legalEntity: entity,
        by: context.actor.name,
      });
      if (revoked) {
        const before = { role, legalEntity: entity ?? null };
        await auditActs(context, session, [
          { operation: "revoke-role", subject, before, after: null, reason },
        ]);
      }
      return { person: subject, role, revoked };
    }),
});
