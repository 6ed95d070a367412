import { z } from "zod";
import { listCases } from "../store/list-exceptions.ts";
import { caseShape, showCase } from "./case-shape.ts";
import { defineOperation } from "./operation.ts";

export const listCasesOperation = defineOperation({
  name: "list-cases",
  summary: "Lists the single cases of a cause, the oldest first.",
  permission: "exception.read",
  input: z.strictObject({
    cause: z.string().optional(),
    state: z.enum(["open", "resolved", "excluded"]).default("open"),
    limit: z.coerce.number().int().min(1).max(1000).default(200).describe("rows at most"),
  }),
  output: z.strictObject({ cases: z.array(caseShape), more: z.boolean() }),
  errors: [],
  run: async ({ pool }, { cause, state, limit }) => {
    const rows = await listCases(pool, { cause, state }, limit + 1);
    return { cases: rows.slice(0, limit).map(showCase), more: rows.length > limit };
  },
});
