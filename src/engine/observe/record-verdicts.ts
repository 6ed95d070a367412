/** Writes the picture, opens and closes cases: one transaction a piece. */
import { uuidV7 } from "../../kernel/ids.ts";
import { describeDrift } from "../../reconciliation/describe-drift.ts";
import { driftKey, isDrift } from "../../reconciliation/drift.ts";
import { inTransaction } from "../../store/database.ts";
import type { DriftCase } from "../../store/drift-cases.ts";
import { closeDriftCases, documentName, openDriftCases } from "../../store/drift-cases.ts";
import type { ObservationRow } from "../../store/observations.ts";
import { keyText, recordObservations } from "../../store/observations.ts";
import type { Judged, Tally, Watch } from "./observation.ts";

export async function recordVerdicts(
  watch: Watch,
  tally: Tally,
  judged: readonly Judged[],
): Promise<void> {
  const { connection } = watch.target;
  const { opened, closed, cases } = await inTransaction(watch.pool, async (session) => {
    const accepted = await recordObservations(session, connection, judged.map(rowOf));
    const settled = new Set(accepted.map(keyText));
    const open = judged.flatMap((one) => {
      return settled.has(keyText(one.document)) ? [] : caseOf(watch, one);
    });
    const over = judged.filter(({ verdict }) => !isDrift(verdict) && verdict.kind !== "pending");
    const rows = over.map(({ document, verdict }) => ({
      document: documentName(document),
      resolution:
        verdict.kind === "equal"
          ? `${connection} agrees again with what was confirmed`
          : `${connection} does not count it any more`,
    }));
    return {
      cases: open,
      opened: await openDriftCases(session, open),
      closed: await closeDriftCases(session, connection, rows),
    };
  });
  for (const { id, document, is_new } of opened) {
    const told = cases.find((one) => one.document === document);
    if (told === undefined) continue;
    const { code, message } = told;
    tally.findings.push({ caseId: id, code, message, isNew: is_new });
  }
  tally.mended.push(...closed.map(({ id, document }) => ({ caseId: id, document })));
}

function rowOf({ document, verdict, effect }: Judged): ObservationRow {
  return {
    type: document.type,
    externalId: document.externalId,
    // The picture keeps the reference under which we know it, also when somebody took it out.
    reference: effect?.external_id === document.externalId ? effect.reference : document.reference,
    number: document.number,
    state: document.state,
    amountMinor: document.amount?.minor,
    currency: document.amount?.currency,
    day: document.date,
    counterparty: document.counterparty,
    changedAt: document.changedAt,
    changedBy: document.changedBy,
    changeKind: document.changeKind,
    handoffId: effect?.handoff_id ?? undefined,
    verdict: verdict.kind,
    drift: isDrift(verdict) ? driftKey(verdict, document) : undefined,
  };
}

/** The money of a case is ours where we confirmed some, else what stands there. */
function caseOf(watch: Watch, { document, verdict, effect, lastSeenAt }: Judged): DriftCase[] {
  if (!isDrift(verdict)) return [];
  const target = watch.target.connection;
  const ours = verdict.kind === "foreign" ? undefined : effect;
  const minor = ours?.amount_minor ?? document.amount?.minor;
  return [
    {
      id: uuidV7(watch.clock, watch.random),
      document: documentName(document),
      drift: driftKey(verdict, document),
      ...describeDrift(verdict, { ...document, target, lastSeenAt }),
      target,
      object: ours?.object,
      handoffId: ours?.handoff_id ?? undefined,
      legalEntity: ours?.legal_entity ?? undefined,
      amountMinor: minor === undefined ? undefined : BigInt(minor),
      currency: ours?.currency ?? document.amount?.currency,
    },
  ];
}
