/** Wraps every key under a new master key, so that the old one opens nothing any more. */
import { z } from "zod";
import { inTransaction } from "../../store/database.ts";
import { auditActs } from "../audit-act.ts";
import { defineOperation } from "../operation.ts";

const NAME = "rotate-keys";

export const rotateKeysOperation = defineOperation({
  name: NAME,
  summary: "Wraps every key under the newest master key; makes that one where a file holds it.",
  permission: "keys.rotate",
  input: z.strictObject({
    yes: z.boolean().default(false).describe("do it; without this only the counts are shown"),
  }),
  output: z.strictObject({
    done: z.boolean(),
    /** The master key that wraps from now on; a hash of it. */
    master: z.string().optional(),
    rewrapped: z.number(),
    /** Living keys by the master key that wraps them, and how many are destroyed. */
    keys: z.array(z.strictObject({ master: z.string(), keys: z.number() })),
  }),
  errors: ["E_STORE_MASTER_KEY"],
  run: async (context, { yes }) => {
    const { keyring, pool, shouldStop = () => false } = context;
    if (!yes) return { done: false, rewrapped: 0, keys: await keyring.count() };
    const { master, rewrapped, done } = await keyring.rotate(shouldStop);
    await inTransaction(pool, (session) =>
      auditActs(context, session, [
        { operation: NAME, subject: master, before: null, after: { rewrapped, done } },
      ]),
    );
    return { done, master, rewrapped, keys: await keyring.count() };
  },
});
