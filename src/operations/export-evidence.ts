/** Writes what is sealed into a file that verifies without this ledger. */
import { z } from "zod";
import { instant } from "../kernel/clock.ts";
import { findNewestBlock } from "../store/read-evidence.ts";
import { operationsErrors } from "./errors.ts";
import { evidenceLines } from "./evidence/evidence-file.ts";
import { defineOperation } from "./operation.ts";

export const exportEvidenceOperation = defineOperation({
  name: "export-evidence",
  summary:
    "Writes every sealed row and block into a file that verifies offline; personal data as stored.",
  permission: "evidence.export",
  input: z.strictObject({
    out: z.string().min(1).describe("file to write; replaced when the export is complete"),
  }),
  output: z.strictObject({
    file: z.string(),
    bytes: z.number(),
    blocks: z.number(),
    rows: z.number(),
    /** The newest block when the export began; keep it elsewhere. */
    newest: z.strictObject({ number: z.string(), hash: z.string() }).optional(),
  }),
  errors: ["E_OPERATIONS_NO_FILES"],
  run: async ({ pool, clock, surroundings }, { out }) => {
    const files = surroundings?.files;
    if (files === undefined) {
      throw operationsErrors.E_OPERATIONS_NO_FILES({ operation: "export-evidence" });
    }
    const newest = await findNewestBlock(pool);
    const counted = { blocks: 0, rows: 0 };
    const bytes = await files.write(
      out,
      counting(evidenceLines(pool, "1", instant(clock.now())), counted),
    );
    return {
      file: out,
      bytes,
      ...counted,
      newest: newest && { number: newest.number, hash: newest.hash.toString("hex") },
    };
  },
});

async function* counting(
  lines: AsyncIterable<string>,
  counted: { blocks: number; rows: number },
): AsyncIterable<string> {
  for await (const line of lines) {
    if (line.startsWith("B")) counted.blocks += 1;
    if (line.startsWith("R")) counted.rows += 1;
    yield line;
  }
}
