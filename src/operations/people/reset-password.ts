/** A lost password: an administrator makes a link that sets a new one, once, within a day. */
import { z } from "zod";
import { inTransaction } from "../../store/database.ts";
import { listLocalAccounts, offerReset } from "../../store/replace-password.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import { findPerson, whoInput } from "./person-shape.ts";
import { newSecret } from "./who-asks.ts";

/** A morning's work: whoever does not come by then asks again. */
const HOURS = 24;

export const resetPasswordOperation = defineOperation({
  name: "reset-password",
  summary: "Makes a one-time link by which a person sets a new password; ends their sessions.",
  permission: "person.manage",
  input: z.strictObject({
    who: whoInput,
    login: z.string().optional().describe("which account, of a person with several"),
    reason: z.string().max(500).optional(),
  }),
  output: z.strictObject({
    person: z.string(),
    login: z.string(),
    /** Below the hub's own address; shown this once. Behind `#`, so no server's log has it. */
    path: z.string(),
    expiresAt: z.string(),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NO_PASSWORD"],
  run: async (context, { who, login, reason }) => {
    const secret = newSecret(context.random);
    return inTransaction(context.pool, async (session) => {
      const person = await findPerson(session, who);
      const wanted = login ?? (person.name === who ? undefined : who);
      const [account, ...others] = await listLocalAccounts(session, person.id, wanted);
      if (account === undefined || others.length > 0) {
        const { name } = person;
        throw operationsErrors.E_OPERATIONS_NO_PASSWORD({ name });
      }
      const expiresAt = await offerReset(session, {
        secretHash: context.hasher.sha256(secret),
        accountId: account.id,
        by: context.actor.name,
        hours: HOURS,
      });
      const subject = idOf("person", person.id);
      const after = { login: account.login, expiresAt };
      await auditActs(context, session, [
        { operation: "reset-password", subject, before: null, after, reason },
      ]);
      return { person: subject, login: account.login, path: `/reset#${secret}`, expiresAt };
    });
  },
});
