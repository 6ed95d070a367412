/** An exception case as operations show it. */
import { z } from "zod";
import type { CaseRow } from "../store/list-exceptions.ts";
import { idOf, moneyWire, wireOf } from "./values.ts";

export const caseShape = z.strictObject({
  id: z.string(),
  kind: z.string(),
  cause: z.string(),
  code: z.string(),
  title: z.string(),
  message: z.string(),
  handoff: z.string().optional(),
  inbound: z.string().optional(),
  target: z.string().optional(),
  object: z.string().optional(),
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
  ownerRole: z.string(),
  /** The person who works on it. */
  assignee: z.string().optional(),
  /** Put off until then; it stays open. */
  snoozedUntil: z.string().optional(),
  snoozeReason: z.string().optional(),
  state: z.string(),
  resolution: z.string().optional(),
  openedAt: z.string(),
  resolvedAt: z.string().optional(),
});

export type ShownCase = z.infer<typeof caseShape>;

export function showCase(row: CaseRow): ShownCase {
  return {
    id: idOf("exception", row.id),
    kind: row.kind,
    cause: row.cause,
    code: row.code,
    title: row.title,
    message: row.message,
    handoff: row.handoff_id === null ? undefined : idOf("handoff", row.handoff_id),
    inbound: row.inbound_id === null ? undefined : idOf("inbound", row.inbound_id),
    target: row.target ?? undefined,
    object: row.object ?? undefined,
    legalEntity: row.legal_entity ?? undefined,
    amount: wireOf(row.amount_minor, row.currency),
    ownerRole: row.owner_role,
    assignee: row.assignee ?? undefined,
    snoozedUntil: row.snoozed_until ?? undefined,
    snoozeReason: row.snooze_reason ?? undefined,
    state: row.state,
    resolution: row.resolution ?? undefined,
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at ?? undefined,
  };
}
