/** A handoff as operations show it. */
import { z } from "zod";
import { serviceClasses } from "../contracts/service-class.ts";
import type { ListedHandoff } from "../store/list-handoffs.ts";
import { explainWait } from "./explain-wait.ts";
import { idOf, moneyWire, wireOf } from "./values.ts";

export const handoffShape = z.strictObject({
  id: z.string(),
  event: z.string(),
  correlation: z.string(),
  target: z.string(),
  budget: z.string(),
  flow: z.string(),
  operation: z.string(),
  effect: z.string(),
  object: z.string(),
  version: z.string(),
  reference: z.string(),
  generation: z.number(),
  serviceClass: z.string(),
  deadlineAt: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  wait: z
    .strictObject({
      kind: z.string(),
      text: z.string(),
      behind: z.string().optional(),
      until: z.string().optional(),
      needs: z.array(z.strictObject({ object: z.string(), why: z.string() })),
    })
    .optional(),
  attempts: z.number(),
  externalId: z.string().optional(),
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
  createdAt: z.string(),
  changedAt: z.string(),
});

export type ShownHandoff = z.infer<typeof handoffShape>;

export function showHandoff(row: ListedHandoff): ShownHandoff {
  const wait = explainWait(row);
  return {
    id: idOf("handoff", row.id),
    event: idOf("event", row.event_id),
    correlation: idOf("correlation", row.correlation_id),
    target: row.target,
    budget: row.budget,
    flow: `${row.flow}@${row.flow_version}`,
    operation: row.operation,
    effect: row.effect,
    object: row.object,
    version: row.version,
    reference: row.reference,
    generation: row.generation,
    serviceClass: serviceClasses[row.class] ?? String(row.class),
    deadlineAt: row.deadline_at,
    state: row.state,
    reason: row.reason ?? undefined,
    wait: wait === undefined ? undefined : { ...wait, needs: [...wait.needs] },
    attempts: row.attempts,
    externalId: row.external_id ?? undefined,
    legalEntity: row.legal_entity ?? undefined,
    amount: wireOf(row.amount_minor, row.currency),
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
