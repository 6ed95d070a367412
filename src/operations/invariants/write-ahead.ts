import { checkWriteAhead, findFirstWritten } from "../../store/check-sends.ts";
import type { Session } from "../../store/database.ts";
import { readSending } from "../../store/sending-permission.ts";
import type { JournalEntry } from "../operation.ts";
import type { Finding, Invariant, Violation } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const writeAhead: Invariant = {
  name: "WriteAhead",
  holdsWhen: "a SENT attempt is committed before the request leaves",
  check: async ({ pool, targets, evidence }) => {
    let finding: Finding = ofLedger(await checkWriteAhead(pool));
    const restoredAt = (await readSending(pool))?.confirmed_at ?? undefined;
    for (const target of targets.keys()) {
      const journal = evidence?.journals?.get(target);
      if (journal === undefined) {
        const why = `${target}: no journal of its own to compare with`;
        finding = { ...finding, limits: [...(finding.limits ?? []), why] };
        continue;
      }
      const compared = await compareJournal(pool, target, journal(), restoredAt);
      const { requests, earlier, violations } = compared;
      if (earlier > 0) {
        const why = `${target}: ${earlier} requests before ${restoredAt} were made by the ledger that this one was restored from`;
        finding = { ...finding, limits: [...(finding.limits ?? []), why] };
      }
      finding = {
        ...finding,
        looked: { ...finding.looked, [`requests of ${target}`]: requests },
        violations: [...finding.violations, ...violations],
      };
    }
    return finding;
  },
};

/**
 * Held to the millisecond, the finest that both sides keep. What a restored ledger does not know of
 * and came before it was confirmed is counted as the original's.
 */
async function compareJournal(
  pool: Session,
  target: string,
  journal: AsyncIterable<JournalEntry>,
  restoredAt: string | undefined,
): Promise<{ requests: number; earlier: number; violations: Violation[] }> {
  const first = new Map<string, string>();
  let requests = 0;
  for await (const { reference, arrivedAt } of journal) {
    requests += 1;
    if (reference === undefined) continue;
    const known = first.get(reference);
    if (known === undefined || arrivedAt < known) first.set(reference, arrivedAt);
  }
  let earlier = 0;
  const written = await findFirstWritten(pool, [...first.keys()]);
  const violations = [...first].flatMap(([reference, arrivedAt]): Violation[] => {
    const at = written.get(reference);
    if (at !== undefined && at <= arrivedAt) return [];
    if (restoredAt !== undefined && arrivedAt < restoredAt) {
      earlier += 1;
      return [];
    }
    const detail =
      at === undefined
        ? `arrived in ${target} at ${arrivedAt}, never written here`
        : `arrived in ${target} at ${arrivedAt}, written at ${at}`;
    return [{ what: "request that was not written ahead", ids: [reference], detail }];
  });
  return { requests, earlier, violations };
}
