/**
 * A fact may be told twice in ways that nobody can tell to be one: fetched because something waited
 * for it, and then by its own event. Both handoffs have one reference, and the second is claimed
 * when the first is confirmed. Where nothing but a look tells the target that it has the document,
 * the second must not be sent: it turns `unknown` before anything leaves, and is asked about.
 *
 * By the effect, whose key is the reference; a handoff that was never sent has no attempt to hold.
 */
import type { Session } from "./database.ts";

const DOUBT = `
update handoff h set state = 'unknown', reason = 'told again', not_before = now(),
  changed_at = now()
where h.id = any ($1::uuid[]) and h.state = 'sent' and exists (
  select from effect e where e.reference = h.reference and e.confirmed_at is not null)
returning h.id`;

/** Of claimed handoffs, those whose document is there already; they are to be probed, not sent. */
export async function doubtRepeats(
  session: Session,
  handoffs: readonly string[],
): Promise<ReadonlySet<string>> {
  if (handoffs.length === 0) return new Set();
  const result = await session.query<{ id: string }>({
    name: "doubt-repeats",
    text: DOUBT,
    values: [handoffs],
  });
  return new Set(result.rows.map((row) => row.id));
}
