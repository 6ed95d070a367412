/** An event as operations show it, without its data. */
import { z } from "zod";
import type { ListedEvent } from "../store/list-events.ts";
import { idOf, moneyWire, wireOf } from "./values.ts";

export const eventShape = z.strictObject({
  id: z.string(),
  type: z.string(),
  contractVersion: z.number(),
  connection: z.string(),
  subject: z.string(),
  version: z.string(),
  occurredAt: z.string(),
  receivedAt: z.string(),
  recordedAt: z.string(),
  correlation: z.string(),
  /** The event that this one came of, where one did. */
  causation: z.string().optional(),
  inbound: z.string(),
  origin: z.string(),
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
});

export type ShownEvent = z.infer<typeof eventShape>;

export function showEvent(row: ListedEvent): ShownEvent {
  return {
    id: idOf("event", row.id),
    type: row.type,
    contractVersion: row.contract_version,
    connection: row.connection,
    subject: row.subject,
    version: row.version,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    recordedAt: row.recorded_at,
    correlation: idOf("correlation", row.correlation_id),
    causation: row.causation_id === null ? undefined : idOf("event", row.causation_id),
    inbound: idOf("inbound", row.inbound_id),
    origin: row.origin,
    legalEntity: row.legal_entity ?? undefined,
    amount: wireOf(row.amount_minor, row.currency),
  };
}
