/** One try at a handoff, and what came of it. */
import { z } from "zod";
import type { AttemptWithOutcome } from "../store/list-attempts.ts";
import { idOf } from "./values.ts";

export const attemptShape = z.strictObject({
  id: z.string(),
  handoff: z.string(),
  kind: z.enum(["send", "probe"]),
  number: z.number(),
  guard: z.string(),
  sendKey: z.string().optional(),
  bulk: z.boolean(),
  at: z.string(),
  outcome: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  externalId: z.string().optional(),
  durationMs: z.number().optional(),
  answeredAt: z.string().optional(),
});

export type ShownAttempt = z.infer<typeof attemptShape>;

export function showAttempt(row: AttemptWithOutcome): ShownAttempt {
  return {
    id: idOf("attempt", row.id),
    handoff: idOf("handoff", row.handoff_id),
    kind: row.kind,
    number: row.number,
    guard: row.guard,
    sendKey: row.send_key ?? undefined,
    bulk: row.bulk,
    at: row.created_at,
    outcome: row.outcome ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
    externalId: row.external_id ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    answeredAt: row.answered_at ?? undefined,
  };
}
