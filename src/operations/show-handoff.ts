import { z } from "zod";
import { listAttempts } from "../store/list-attempts.ts";
import { listHandoffs } from "../store/list-handoffs.ts";
import { listRequests } from "../store/list-requests.ts";
import { attemptShape, showAttempt } from "./attempt-shape.ts";
import { operationsErrors } from "./errors.ts";
import { handoffShape, showHandoff } from "./handoff-shape.ts";
import { defineOperation } from "./operation.ts";
import { idOf, uuidOf } from "./values.ts";

export const showHandoffOperation = defineOperation({
  name: "show-handoff",
  summary:
    "Shows one handoff with its attempts: what was sent each time, what the target answered.",
  permission: "event.read",
  input: z.strictObject({ id: z.string() }),
  output: z.strictObject({
    handoff: handoffShape,
    attempts: z.array(
      attemptShape.extend({
        /** As recorded before it was sent; credentials are not in it. */
        request: z.string().optional(),
        answer: z.string().optional(),
      }),
    ),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool, keyring }, input) => {
    const id = uuidOf("handoff", input.id);
    const [row] = await listHandoffs(pool, { ids: [id], limit: 1 });
    if (row === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: input.id });
    const attempts = await listAttempts(pool, [id]);
    const requests = await listRequests(pool, keyring, id);
    const said = new Map(requests.map((one) => [idOf("attempt", one.attempt_id), one]));
    return {
      handoff: showHandoff(row),
      attempts: attempts.map((attempt) => {
        const shown = showAttempt(attempt);
        const { request, answer } = said.get(shown.id) ?? {};
        return { ...shown, request: request && Buffer.from(request).toString("utf8"), answer };
      }),
    };
  },
});
