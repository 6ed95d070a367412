import { z } from "zod";
import { dataschemaOf } from "../contracts/contract.ts";
import type { CloudEvent } from "../contracts/envelope.ts";
import { cloudEventSchema } from "../contracts/envelope.ts";
import { hex } from "../kernel/hex.ts";
import type { EventBodies } from "../store/list-events.ts";
import { findEvent } from "../store/list-events.ts";
import { operationsErrors } from "./errors.ts";
import { defineOperation } from "./operation.ts";
import { idOf, uuidOf } from "./values.ts";

export const showEventOperation = defineOperation({
  name: "show-event",
  summary: "Shows one event: canonical, as CloudEvents 1.0, and the raw message it came from.",
  permission: "event.read",
  input: z.strictObject({ id: z.string() }),
  output: z.strictObject({
    canonical: cloudEventSchema,
    references: z.array(z.strictObject({ role: z.string(), key: z.string() })),
    /** Its party was erased: personal fields are blank for good. */
    erased: z.boolean(),
    raw: z
      .strictObject({
        id: z.string(),
        factId: z.string(),
        kind: z.string(),
        /** UTF-8; bytes that are not are shown as base64. */
        body: z.string(),
        encoding: z.enum(["utf8", "base64"]),
      })
      .optional(),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool, keyring }, input) => {
    const row = await findEvent(pool, keyring, uuidOf("event", input.id));
    if (row === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: input.id });
    return {
      canonical: cloudEventOf(row),
      references: JSON.parse(row.refs) as { role: string; key: string }[],
      erased: row.erased,
      raw: rawOf(row),
    };
  },
});

function cloudEventOf(row: EventBodies): CloudEvent {
  return {
    specversion: "1.0",
    id: idOf("event", row.id),
    source: row.connection,
    type: row.type,
    subject: row.subject,
    time: row.occurred_at,
    dataschema: dataschemaOf(row.type, row.contract_version),
    datacontenttype: "application/json",
    data: row.content,
    receivedtime: row.received_at,
    recordedtime: row.recorded_at,
    correlationid: idOf("correlation", row.correlation_id),
    ...(row.causation_id === null ? {} : { causationid: idOf("event", row.causation_id) }),
    inboundid: idOf("inbound", row.inbound_id),
    entityversion: row.version,
    ...(row.region === null ? {} : { region: row.region }),
    hash: hex(row.hash),
  };
}

function rawOf(row: EventBodies):
  | {
      id: string;
      factId: string;
      kind: string;
      body: string;
      encoding: "utf8" | "base64";
    }
  | undefined {
  if (row.raw === undefined) return undefined;
  const bytes = Buffer.from(row.raw);
  const text = bytes.toString("utf8");
  const exact = Buffer.from(text, "utf8").equals(bytes);
  return {
    id: idOf("inbound", row.inbound_id),
    factId: row.fact_id ?? "",
    kind: row.kind ?? "",
    body: exact ? text : bytes.toString("base64"),
    encoding: exact ? "utf8" : "base64",
  };
}
