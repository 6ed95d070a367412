import { z } from "zod";
import { inTransaction } from "../../store/database.ts";
import { countOtherAdmins, lockAdmins } from "../../store/grant-role.ts";
import { disableAccounts } from "../../store/insert-account.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import { findPerson, whoInput } from "./person-shape.ts";

export const disableUserOperation = defineOperation({
  name: "disable-user",
  summary: "Disables a person's accounts, or one of them; sessions and tokens end at once.",
  permission: "person.manage",
  input: z.strictObject({
    who: whoInput,
    login: z.string().trim().toLowerCase().optional().describe("only this account"),
    reason: z.string().max(500).optional(),
  }),
  output: z.strictObject({ person: z.string(), disabled: z.array(z.string()) }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_LAST_ADMIN"],
  run: async (context, { who, login, reason }) =>
    inTransaction(context.pool, async (session) => {
      await lockAdmins(session);
      const person = await findPerson(session, who);
      const isAdmin = person.grants.some((one) => one.role === "admin");
      const left = person.accounts.some((one) => !one.disabled && one.login !== login);
      const leavesNobody = login === undefined || !left;
      if (isAdmin && leavesNobody && (await countOtherAdmins(session, person.id)) === 0) {
        throw operationsErrors.E_OPERATIONS_LAST_ADMIN({ name: person.name });
      }
      const disabled = await disableAccounts(session, person.id, login);
      const subject = idOf("person", person.id);
      const before = { enabled: disabled };
      await auditActs(context, session, [
        { operation: "disable-user", subject, before, after: { disabled }, reason },
      ]);
      return { person: subject, disabled };
    }),
});
