/**
 * Takes claims back that must not be sent before the target was asked, within the claiming
 * transaction: an earlier instance of this ledger may have sent them. In the table of states this
 * is "sent, lost", of a send that somebody else may have made.
 *
 * `asked_epoch` is not set here: only an answer "absent" sets it, when it is recorded.
 */
import type { Session } from "./database.ts";

const DOUBT = `
update handoff h set state = 'unknown', reason = 'asked before it is sent', changed_at = now(),
  attempts = h.attempts - 1, probes = h.probes + (x.wait_ms = 0)::integer,
  not_before = now() + make_interval(secs => case when x.wait_ms = 0 then 60
    else x.wait_ms / 1000.0 end)
from unnest($1::uuid[], $2::integer[]) as x(id, wait_ms)
where h.id = x.id and h.state = 'sent'`;

export interface DoubtedClaim {
  readonly handoffId: string;
  /** 0: the seat asks right now; else when it may be asked, milliseconds from now. */
  readonly waitMs: number;
}

export async function doubtClaimed(session: Session, rows: readonly DoubtedClaim[]): Promise<void> {
  if (rows.length === 0) return;
  await session.query({
    name: "doubt-claimed",
    text: DOUBT,
    values: [rows.map((row) => row.handoffId), rows.map((row) => Math.ceil(row.waitMs))],
  });
}
