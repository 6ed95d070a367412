import { z } from "zod";
import { listDeadLetters } from "../store/list-dead-letters.ts";
import { defineOperation } from "./operation.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const deadLetterShape = z.strictObject({
  id: z.string(),
  connection: z.string(),
  kind: z.string(),
  factId: z.string().optional(),
  code: z.string(),
  reason: z.string(),
  state: z.string(),
  tries: z.number(),
  bytes: z.number().optional(),
  openedAt: z.string(),
  resolvedAt: z.string().optional(),
});

export const listDeadLettersOperation = defineOperation({
  name: "list-dead-letters",
  summary: "Lists what arrived and was not understood, with the reason.",
  permission: "dead-letter.read",
  input: z.strictObject({
    ...pageInput,
    state: z.enum(["open", "resolved", "all"]).default("open"),
    connection: z.string().optional(),
    code: z.string().optional(),
  }),
  output: z.strictObject({ deadLetters: z.array(deadLetterShape), next: z.string().optional() }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool }, input) => {
    const filter = {
      state: input.state === "all" ? undefined : input.state,
      connection: input.connection,
      code: input.code,
      after: input.after === undefined ? undefined : uuidOf("inbound", input.after),
    };
    const rows = await listDeadLetters(pool, filter, input.limit);
    const last = rows.length === input.limit ? rows.at(-1) : undefined;
    return {
      deadLetters: rows.map((row) => ({
        id: idOf("inbound", row.inbound_id),
        connection: row.connection,
        kind: row.kind,
        factId: row.fact_id ?? undefined,
        code: row.code,
        reason: row.reason,
        state: row.state,
        tries: row.tries,
        bytes: row.bytes ?? undefined,
        openedAt: row.opened_at,
        resolvedAt: row.resolved_at ?? undefined,
      })),
      next: last === undefined ? undefined : idOf("inbound", last.inbound_id),
    };
  },
});
