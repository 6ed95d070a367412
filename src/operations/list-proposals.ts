import { z } from "zod";
import { listProposals } from "../store/propose-act.ts";
import { defineOperation } from "./operation.ts";
import { proposalShape, showProposal } from "./proposal-shape.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const listProposalsOperation = defineOperation({
  name: "list-proposals",
  summary: "Lists what people proposed and others must decide, the newest first.",
  permission: "exception.read",
  input: z.strictObject({
    ...pageInput,
    exception: z.string().optional(),
    decided: z.boolean().default(false).describe("also what was decided or is over"),
  }),
  output: z.strictObject({ proposals: z.array(proposalShape), next: z.string().optional() }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool, actor }, { limit, after, exception, decided }) => {
    const before = after === undefined ? undefined : uuidOf("proposal", after);
    const rows = await listProposals(pool, { subject: exception, before, decided }, limit);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      proposals: rows.map((row) => showProposal(row, actor.proof?.person)),
      next: last === undefined ? undefined : idOf("proposal", last.id),
    };
  },
});
