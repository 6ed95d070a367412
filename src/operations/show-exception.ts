import { z } from "zod";
import { listAttempts } from "../store/list-attempts.ts";
import { listCases, listCauses } from "../store/list-exceptions.ts";
import { listHandoffs } from "../store/list-handoffs.ts";
import { attemptShape, showAttempt } from "./attempt-shape.ts";
import { caseShape, showCase } from "./case-shape.ts";
import { operationsErrors } from "./errors.ts";
import { handoffShape, showHandoff } from "./handoff-shape.ts";
import { defineOperation } from "./operation.ts";
import { uuidOf } from "./values.ts";

export const showExceptionOperation = defineOperation({
  name: "show-exception",
  summary: "Shows one exception with its handoff, its attempts and the cases of the same cause.",
  permission: "exception.read",
  input: z.strictObject({ id: z.string() }),
  output: z.strictObject({
    exception: caseShape,
    handoff: handoffShape.optional(),
    attempts: z.array(attemptShape),
    sameCause: z.strictObject({ cases: z.number(), dependantsWaiting: z.number() }),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool }, input) => {
    const [found] = await listCases(pool, { ids: [uuidOf("exception", input.id)] }, 1);
    if (found === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: input.id });
    const ids = found.handoff_id === null ? [] : [found.handoff_id];
    const handoffs = ids.length === 0 ? [] : await listHandoffs(pool, { ids, limit: 1 });
    const attempts = await listAttempts(pool, ids);
    const [cause] = await listCauses(pool, { cause: found.cause }, 1);
    const handoff = handoffs[0];
    return {
      exception: showCase(found),
      handoff: handoff === undefined ? undefined : showHandoff(handoff),
      attempts: attempts.map(showAttempt),
      sameCause: { cases: cause?.cases ?? 0, dependantsWaiting: cause?.dependants ?? 0 },
    };
  },
});
