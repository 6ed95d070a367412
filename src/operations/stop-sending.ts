/**
 * Switches sending off: facts are taken in, nothing leaves. `restored` is for a ledger that was
 * brought back by means that it cannot see by itself, such as a snapshot of its disk.
 */
import { z } from "zod";
import { inTransaction } from "../store/database.ts";
import { raiseEpoch, readSending, stopSending } from "../store/sending-permission.ts";
import { auditActs } from "./audit-act.ts";
import { operationsErrors } from "./errors.ts";
import { defineOperation } from "./operation.ts";

export const stopSendingOperation = defineOperation({
  name: "stop-sending",
  summary: "Switches sending off; with --restored the ledger is a copy and begins a new epoch.",
  permission: "sending.stop",
  input: z.strictObject({
    reason: z.string().min(1).max(500).describe("why; shown wherever sending is"),
    restored: z
      .boolean()
      .default(false)
      .describe("the ledger was brought back from a copy: ask before anything is sent"),
  }),
  output: z.strictObject({ epoch: z.number(), allowed: z.boolean(), reason: z.string() }),
  errors: ["E_OPERATIONS_STATE"],
  run: (context, asked) =>
    inTransaction(context.pool, async (session) => {
      const before = await readSending(session, "for update");
      if (before === undefined || (!before.allowed && !asked.restored)) {
        const subject = "Sending";
        const state = before === undefined ? "without its row in the ledger" : "off already";
        throw operationsErrors.E_OPERATIONS_STATE({ subject, state, operation: "stop" });
      }
      const epoch = asked.restored ? await raiseEpoch(session, asked.reason) : before.epoch;
      await stopSending(session, asked.reason);
      await auditActs(context, session, [
        {
          operation: "stop-sending",
          subject: `epoch ${epoch}`,
          reason: asked.reason,
          before: { allowed: before.allowed, epoch: before.epoch },
          after: { allowed: false, epoch },
        },
      ]);
      return { epoch, allowed: false, reason: asked.reason };
    }),
});
