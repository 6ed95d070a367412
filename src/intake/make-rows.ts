/** From canonical drafts to event and handoff rows, with ids, hashes and references. */
import type { EventDraft } from "../contracts/envelope.ts";
import { contractFor } from "../contracts/registry.ts";
import { referenceOf } from "../handoffs/reference.ts";
import { rankOf } from "../handoffs/service-class.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { epochMs, instant } from "../kernel/clock.ts";
import { uuidFromHash, uuidV7 } from "../kernel/ids.ts";
import type { RoutedHandoff } from "../routing/route-event.ts";
import type { EventRow, HandoffRow, InboundRow, SkipRow } from "../store/fact-rows.ts";
import { intakeErrors } from "./errors.ts";
import type { FactMaker } from "./fact-maker.ts";

export interface FactRows {
  readonly events: readonly EventRow[];
  readonly handoffs: readonly HandoffRow[];
  readonly skips: readonly SkipRow[];
}

/** Rows of all drafts, or why the fact is a dead letter: one wrong draft fails its whole fact. */
export function makeRows(
  maker: FactMaker,
  inbound: InboundRow,
  drafts: readonly EventDraft[],
): FactRows | { code: string; reason: string } {
  const events: EventRow[] = [];
  const handoffs: HandoffRow[] = [];
  const skips: SkipRow[] = [];
  for (const [index, draft] of drafts.entries()) {
    const checked = maker.checkContract(draft.type, draft.data);
    if (!checked.ok) {
      const problems = checked.error.map((p) => `${p.path || "data"}: ${p.message}`).join("; ");
      const first = checked.error[0]?.code ?? "E_INTAKE_CONTRACT";
      const error = intakeErrors.E_INTAKE_CONTRACT({ type: draft.type, problems });
      return { code: first, reason: error.message };
    }
    const event = makeEvent(maker, inbound, draft, index);
    events.push(event);
    const routed = maker.route(inbound.connection, draft);
    for (const handoff of routed.handoffs) handoffs.push(makeHandoff(maker, event, handoff));
    for (const skip of routed.skips) skips.push({ eventId: event.id, ...skip });
  }
  return { events, handoffs, skips };
}

function makeEvent(
  maker: FactMaker,
  inbound: InboundRow,
  draft: EventDraft,
  index: number,
): EventRow {
  const { hasher } = maker;
  const refs = canonicalJson(draft.references.map(({ role, key }) => ({ role, key })));
  const identity = hasher.sha256(`${inbound.connection}\n${inbound.factId}\n${index}`);
  const id = uuidFromHash(epochMs(draft.occurred), identity);
  const version = contractFor(draft.type)?.version ?? 1;
  return {
    id,
    type: draft.type,
    contractVersion: version,
    connection: inbound.connection,
    subject: draft.subject,
    version: draft.version,
    occurredAt: draft.occurred,
    receivedAt: inbound.receivedAt,
    // Correlation is a function of the story's root, so that every event of it agrees unasked.
    correlationId: uuidFromHash(0, hasher.sha256(draft.root)),
    inboundId: inbound.id,
    origin: inbound.origin,
    legalEntity: draft.legalEntity,
    amountMinor: draft.amount?.minor,
    currency: draft.amount?.currency,
    refs,
    party: draft.references.find(({ role }) => role === "customer")?.key ?? draft.subject,
    data: draft.data,
    mentions: draft.mentions,
  };
}

function makeHandoff(maker: FactMaker, event: EventRow, routed: RoutedHandoff): HandoffRow {
  const overdueMs = epochMs(event.receivedAt) + routed.deadlineMinutes * 60_000;
  return {
    id: uuidV7(maker.clock, maker.random),
    event,
    target: routed.target,
    budget: routed.budget,
    flow: routed.flow,
    flowVersion: routed.flowVersion,
    operation: routed.operation,
    effect: routed.effect,
    ordered: routed.ordered,
    reference: referenceOf(
      {
        targetAccount: routed.targetAccount,
        sourceConnection: event.connection,
        object: event.subject,
        operation: routed.operation,
        subId: routed.subId,
      },
      maker.hasher,
    ),
    classRank: rankOf(routed.serviceClass),
    deadlineAt: instant(overdueMs),
    needs: routed.needs,
  };
}
