/** A person with an account, or one more account of a person who is known already. */
import { z } from "zod";
import { uuidV7 } from "../../kernel/ids.ts";
import { inTransaction } from "../../store/database.ts";
import { insertAccount, insertPerson } from "../../store/insert-account.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./passwords.ts";
import { newSecret } from "./who-asks.ts";

const input = z.strictObject({
  name: z.string().trim().min(1).max(200).describe("as it stands in the audit log"),
  login: z.string().trim().min(1).max(200).describe("what is typed at sign-in; for OIDC the mail"),
  issuer: z.url().optional().describe("an identity provider instead of a password"),
  password: z
    .string()
    .min(SHORTEST_PASSWORD)
    .max(LONGEST_PASSWORD)
    .optional()
    .describe("made up and shown once when it is not given"),
});

export const addUserOperation = defineOperation({
  name: "add-user",
  summary: "Adds a person with an account, or another account of a known person; no role yet.",
  permission: "person.manage",
  input,
  output: z.strictObject({
    person: z.string(),
    name: z.string(),
    login: z.string(),
    /** Shown this once; the ledger keeps a hash. */
    password: z.string().optional(),
  }),
  errors: ["E_OPERATIONS_TAKEN"],
  run: async (context, asked) => {
    const login = asked.login.toLowerCase();
    const made = asked.issuer === undefined && asked.password === undefined;
    const password = made ? newSecret(context.random).slice(0, 20) : asked.password;
    const passwordHash = await hashOf(context, asked.issuer, password);
    const person = await inTransaction(context.pool, async (session) => {
      const newId = uuidV7(context.clock, context.random);
      const personId = await insertPerson(session, newId, asked.name);
      const added = await insertAccount(session, {
        id: uuidV7(context.clock, context.random),
        personId,
        kind: asked.issuer === undefined ? "local" : "oidc",
        login,
        passwordHash,
        issuer: asked.issuer,
      });
      if (!added) throw operationsErrors.E_OPERATIONS_TAKEN({ what: `login "${login}"` });
      const subject = idOf("person", personId);
      const before = personId === newId ? null : { name: asked.name };
      const after = { name: asked.name, login, issuer: asked.issuer ?? null };
      await auditActs(context, session, [{ operation: "add-user", subject, before, after }]);
      return subject;
    });
    return { person, name: asked.name, login, password: made ? password : undefined };
  },
});

async function hashOf(
  context: OperationContext,
  issuer: string | undefined,
  password: string | undefined,
): Promise<string | undefined> {
  if (issuer !== undefined || password === undefined) return undefined;
  if (context.passwords === undefined) {
    throw new Error("adding an account needs a way to keep passwords");
  }
  return context.passwords.hash(password);
}
