/**
 * Writes attempts ahead of their requests and takes each reference for good. `settles_at` is
 * when, at the latest, a request that left by `send_by` has either
 * taken effect and can be seen, or never will: send-by, our time-out, the target's longest run and
 * its index lag. All on the database's clock; the seat checks `send_by` on its monotonic one.
 */
import { byteaArray, integerArray, textArray, uuidArray } from "../connectors/kit/binary-array.ts";
import type { Session } from "./database.ts";
import type { Seat } from "./take-lane.ts";

export interface AttemptRow {
  readonly id: string;
  /** One handoff, or undefined for a bulk call that names its handoffs in `batch`. */
  readonly handoffId: string | undefined;
  readonly batch: readonly string[] | undefined;
  readonly kind: "send" | "probe";
  readonly number: number;
  readonly reference: string | undefined;
  readonly sendKey: string | undefined;
  readonly guard: "key" | "external-id" | "probe";
  readonly requestHash: Uint8Array;
  /** As it is stored: ciphered under `keyId`. */
  readonly request: Uint8Array | undefined;
  readonly keyId: number | null;
  /** Milliseconds from now on the database's clock. */
  readonly sendByMs: number;
  readonly settlesMs: number;
  readonly rowHash: Uint8Array;
  /** The effect whose reference is taken: of each send, and of what is asked for before it. */
  readonly effect:
    | { readonly target: string; readonly object: string; readonly operation: string }
    | undefined;
}

const INSERT = `
with a as (
  insert into attempt (id, handoff_id, batch, kind, number, budget, lane_seat, fence, reference,
    send_key, guard, request_hash, request, key_id, send_by, settles_at, row_hash)
  select x.id, x.handoff_id, x.batch::uuid[], x.kind, x.number, $1, $2, $3, x.reference, x.send_key,
    x.guard, x.request_hash, x.request, x.key_id,
    now() + make_interval(secs => x.send_by_ms / 1000.0),
    now() + make_interval(secs => x.settles_ms / 1000.0), x.row_hash
  from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[], $9::text[],
    $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::integer[], $15::integer[],
    $16::bytea[], $21::integer[])
    as x(id, handoff_id, batch, kind, number, reference, send_key, guard, request_hash, request,
      send_by_ms, settles_ms, row_hash, key_id)
)
insert into effect (reference, target, object, operation)
select * from unnest($17::text[], $18::text[], $19::text[], $20::text[])
on conflict (reference) do nothing`;

export async function insertAttempts(
  session: Session,
  seat: Seat,
  attempts: readonly AttemptRow[],
): Promise<void> {
  const effects = attempts
    .filter((a) => a.effect !== undefined && a.reference !== undefined)
    .sort((a, b) => ((a.reference ?? "") < (b.reference ?? "") ? -1 : 1));
  await session.query({
    name: "insert-attempts",
    text: INSERT,
    values: [
      seat.budget,
      seat.seat,
      seat.fence,
      uuidArray(attempts.map((a) => a.id)),
      uuidArray(attempts.map((a) => a.handoffId)),
      textArray(attempts.map((a) => a.batch && `{${a.batch.join(",")}}`)),
      textArray(attempts.map((a) => a.kind)),
      integerArray(attempts.map((a) => a.number)),
      textArray(attempts.map((a) => a.reference)),
      textArray(attempts.map((a) => a.sendKey)),
      textArray(attempts.map((a) => a.guard)),
      byteaArray(attempts.map((a) => a.requestHash)),
      byteaArray(attempts.map((a) => a.request)),
      integerArray(attempts.map((a) => Math.round(a.sendByMs))),
      integerArray(attempts.map((a) => Math.round(a.settlesMs))),
      byteaArray(attempts.map((a) => a.rowHash)),
      textArray(effects.map((a) => a.reference)),
      textArray(effects.map((a) => a.effect?.target)),
      textArray(effects.map((a) => a.effect?.object)),
      textArray(effects.map((a) => a.effect?.operation)),
      integerArray(attempts.map((a) => a.keyId)),
    ],
  });
}
