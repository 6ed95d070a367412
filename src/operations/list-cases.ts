import { z } from "zod";
import { listCases } from "../store/list-exceptions.ts";
import { caseShape, showCase } from "./case-shape.ts";
import { defineOperation } from "./operation.ts";
import { queueFilter, queueInput } from "./queue-filter.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const listCasesOperation = defineOperation({
  name: "list-cases",
  summary: "Lists single cases, of one cause or of all, the oldest first.",
  permission: "exception.read",
  input: z.strictObject({
    ...pageInput,
    ...queueInput,
    cause: z.string().optional(),
    state: z.enum(["open", "resolved", "excluded"]).default("open"),
  }),
  output: z.strictObject({ cases: z.array(caseShape), next: z.string().optional() }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_WHOSE"],
  run: async (context, { cause, state, limit, after, ...queue }) => {
    const of = {
      ...queueFilter(context, queue),
      cause,
      state,
      after: after === undefined ? undefined : uuidOf("exception", after),
    };
    const rows = await listCases(context.pool, of, limit);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      cases: rows.map(showCase),
      next: last === undefined ? undefined : idOf("exception", last.id),
    };
  },
});
