import { z } from "zod";
import { handoffStates } from "../handoffs/states.ts";
import { listHandoffs, waitKinds } from "../store/list-handoffs.ts";
import { handoffShape, showHandoff } from "./handoff-shape.ts";
import { defineOperation } from "./operation.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const listHandoffsOperation = defineOperation({
  name: "list-handoffs",
  summary: "Lists handoffs, each with the reason why it is where it is.",
  permission: "handoff.read",
  input: z.strictObject({
    ...pageInput,
    state: z.enum(handoffStates).optional(),
    target: z.string().optional(),
    object: z.string().optional().describe("an object key, <connection>/<entity>/<id>"),
    newest: z.boolean().default(false).describe("the newest first"),
    reason: z.enum(waitKinds).optional().describe("why it is not done"),
  }),
  output: z.strictObject({ handoffs: z.array(handoffShape), next: z.string().optional() }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool }, input) => {
    const rows = await listHandoffs(pool, {
      ...(input.state === undefined ? {} : { states: [input.state] }),
      ...(input.reason === undefined ? {} : { waits: [input.reason] }),
      target: input.target,
      object: input.object,
      after: input.after === undefined ? undefined : uuidOf("handoff", input.after),
      newest: input.newest,
      limit: input.limit,
    });
    const last = rows.length === input.limit ? rows.at(-1) : undefined;
    return {
      handoffs: rows.map(showHandoff),
      next: last === undefined ? undefined : idOf("handoff", last.id),
    };
  },
});
