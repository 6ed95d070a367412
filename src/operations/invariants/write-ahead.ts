import { checkWriteAhead, findFirstWritten } from "../../store/check-sends.ts";
import type { Session } from "../../store/database.ts";
import type { JournalEntry } from "../operation.ts";
import type { Finding, Invariant, Violation } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const writeAhead: Invariant = {
  name: "WriteAhead",
  holdsWhen: "a SENT attempt is committed before the request leaves",
  check: async ({ pool, targets, evidence }) => {
    let finding: Finding = ofLedger(await checkWriteAhead(pool));
    for (const target of targets.keys()) {
      const journal = evidence?.journals?.get(target);
      if (journal === undefined) {
        const why = `${target}: no journal of its own to compare with`;
        finding = { ...finding, limits: [...(finding.limits ?? []), why] };
        continue;
      }
      const { requests, violations } = await compareJournal(pool, target, journal());
      finding = {
        ...finding,
        looked: { ...finding.looked, [`requests of ${target}`]: requests },
        violations: [...finding.violations, ...violations],
      };
    }
    return finding;
  },
};

/** Held to the millisecond, the finest that both sides keep. */
async function compareJournal(
  pool: Session,
  target: string,
  journal: AsyncIterable<JournalEntry>,
): Promise<{ requests: number; violations: Violation[] }> {
  const first = new Map<string, string>();
  let requests = 0;
  for await (const { reference, arrivedAt } of journal) {
    requests += 1;
    if (reference === undefined) continue;
    const known = first.get(reference);
    if (known === undefined || arrivedAt < known) first.set(reference, arrivedAt);
  }
  const written = await findFirstWritten(pool, [...first.keys()]);
  const violations = [...first].flatMap(([reference, arrivedAt]): Violation[] => {
    const at = written.get(reference);
    if (at !== undefined && at <= arrivedAt) return [];
    const detail =
      at === undefined
        ? `arrived in ${target} at ${arrivedAt}, never written here`
        : `arrived in ${target} at ${arrivedAt}, written at ${at}`;
    return [{ what: "request that was not written ahead", ids: [reference], detail }];
  });
  return { requests, violations };
}
