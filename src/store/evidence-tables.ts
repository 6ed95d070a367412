/**
 * The tables whose rows are sealed, and the columns of their lines (form 1), in the order in which
 * `evidence_line` of migrations/0003-seals writes them. The order of tables is that of a block.
 *
 * line       a row's columns as one JSON text; its SHA-256 is what the block's tree is made of
 * content    the rest of the row: what may be ciphered, replaced or forgotten; the line carries its
 *            SHA-256, `row_hash`
 * form       the number of these definitions; a sealed row keeps the form it was sealed in
 */
export const FORM = 1;

export interface EvidenceTable {
  readonly name: string;
  readonly line: readonly string[];
  readonly content: readonly string[];
  /** When the row was written, or received; for the age of what is not sealed yet. */
  readonly time: string;
}

export const evidenceTables: readonly EvidenceTable[] = [
  {
    name: "attempt",
    line: [
      ...["id", "handoff_id", "batch", "kind", "number", "budget", "lane_seat", "fence"],
      ...["reference", "send_key", "guard", "request_hash", "request_given", "key_id", "send_by"],
      ...["settles_at", "created_at", "tx", "row_hash"],
    ],
    content: ["request"],
    time: "created_at",
  },
  {
    name: "audit",
    line: [
      ...["id", "at", "actor", "second_actor", "operation", "subject", "expires_at", "tx"],
      "row_hash",
    ],
    content: ["reason", "before", "after"],
    time: "at",
  },
  {
    name: "event",
    line: [
      ...["id", "type", "contract_version", "connection", "subject", "version", "occurred_at"],
      ...["received_at", "recorded_at", "correlation_id", "causation_id", "inbound_id", "origin"],
      ...["region", "legal_entity", "amount_minor", "currency", "refs", "key_id", "tx", "row_hash"],
    ],
    content: ["data"],
    time: "recorded_at",
  },
  {
    name: "evidence_change",
    line: ["id", "at", "kind", "table_name", "row_id", "upto_id", "new_hash", "tx", "row_hash"],
    content: ["reason"],
    time: "at",
  },
  {
    name: "inbound",
    line: [
      ...["id", "connection", "fact_id", "kind", "origin", "received_at", "key_id", "tx"],
      "row_hash",
    ],
    content: ["body"],
    time: "received_at",
  },
  {
    name: "outcome",
    line: [
      ...["id", "attempt_id", "handoff_id", "class", "code", "external_id", "duration_ms"],
      ...["recorded_at", "tx", "row_hash"],
    ],
    content: ["message", "answer"],
    time: "recorded_at",
  },
];

/** Bytes of a row in a block's manifest: its id, and the SHA-256 of its line. */
export const ENTRY_BYTES = 48;
