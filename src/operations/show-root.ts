/** The newest block's hash: who keeps it elsewhere can prove later that nothing before it moved. */
import { z } from "zod";
import { countTail, findNewestBlock } from "../store/read-evidence.ts";
import { defineOperation } from "./operation.ts";

export const showRootOperation = defineOperation({
  name: "show-root",
  summary: "Shows the newest sealed block, to be kept or countersigned elsewhere.",
  permission: "audit.verify",
  input: z.strictObject({}),
  output: z.strictObject({
    /**
     * As `audit verify --offline … --root` takes it: number:hash.
     * Absent before the first block.
     */
    root: z.string().optional(),
    sealedAt: z.string().optional(),
    rowsInBlock: z.number().optional(),
    unsealedRows: z.number(),
    unsealedOldestSeconds: z.number(),
  }),
  errors: [],
  run: async ({ pool }) => {
    const newest = await findNewestBlock(pool);
    const tail = await countTail(pool);
    return {
      ...(newest && {
        root: `${newest.number}:${newest.hash.toString("hex")}`,
        sealedAt: newest.sealed_at,
        rowsInBlock: newest.rows,
      }),
      unsealedRows: tail.rows,
      unsealedOldestSeconds: Math.round(tail.oldest_seconds),
    };
  },
});
