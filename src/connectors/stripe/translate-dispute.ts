/**
 * Disputes. Only balance transactions move money; a dispute without any is an inquiry or waits.
 * Their amounts are in the currency of our balance, the dispute's own in the customer's.
 */
import type { Dispute, DisputeMovement } from "../../contracts/dispute/dispute.ts";
import type { EventDraft } from "../../contracts/envelope.ts";
import { instant } from "../../kernel/clock.ts";
import {
  asObject,
  optionalList,
  optionalObject,
  readInteger,
  readText,
  UnreadableField,
} from "../kit/json-read.ts";
import { currencyOf, moneyOf } from "./amounts.ts";
import type { Scene } from "./draft.ts";
import { dayOf, draftOf, instantOf, keyOf, ownedSceneOf, referenceTo } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, optionalSeconds, readId, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

const RANKS = {
  opened: 0,
  "funds-withdrawn": 100,
  "funds-reinstated": 300,
  won: 500,
  lost: 500,
} as const;
type DisputeVerb = keyof typeof RANKS;

const STATUSES: Readonly<Record<string, Dispute["status"]>> = {
  warning_needs_response: "inquiry",
  warning_under_review: "inquiry",
  warning_closed: "inquiry-closed",
  needs_response: "open",
  under_review: "under-review",
  appeal_needs_response: "open",
  appeal_under_review: "under-review",
  won: "won",
  lost: "lost",
  prevented: "prevented",
};

export function translateDispute(
  fact: Fact,
  settings: StripeSettings,
  told: "opened" | "funds-withdrawn" | "funds-reinstated" | "closed",
): EventDraft[] {
  const scene = ownedSceneOf(fact, settings, fact.object);
  const data = readDispute(scene, fact.atMs);
  if (told === "closed") return [disputeDraft(scene, data, verdictOf(fact, data), fact.atMs)];
  const kind = MOVEMENT_OF[told];
  if (kind !== undefined && !data.movements.some((movement) => movement.kind === kind)) {
    const problem = `no balance transaction tells what was moved (${kind})`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  return [disputeDraft(scene, data, told, fact.atMs)];
}

const MOVEMENT_OF: Readonly<Record<string, DisputeMovement["kind"] | undefined>> = {
  "funds-withdrawn": "withdrawal",
  "funds-reinstated": "reinstatement",
};

/** An inquiry that came to nothing, and a dispute prevented in time, are won. */
function verdictOf(fact: Fact, { status }: Dispute): "won" | "lost" {
  if (status === "lost") return "lost";
  if (status === "won" || status === "inquiry-closed" || status === "prevented") return "won";
  const problem = `the dispute is ${readText(fact.object, "status", AT)}`;
  throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
}

/** The facts that the present state of a dispute implies; times of the later ones are not told. */
export function translateRetrievedDispute(fact: Fact, settings: StripeSettings): EventDraft[] {
  const scene = ownedSceneOf(fact, settings, fact.object);
  const openedMs = readSeconds(fact.object, "created", AT) * 1000;
  const data = readDispute(scene, openedMs);
  const verbs: DisputeVerb[] = ["opened"];
  if (data.movements.some(({ kind }) => kind === "withdrawal")) verbs.push("funds-withdrawn");
  if (data.movements.some(({ kind }) => kind === "reinstatement")) verbs.push("funds-reinstated");
  if (data.status === "lost") verbs.push("lost");
  if (["won", "inquiry-closed", "prevented"].includes(data.status)) verbs.push("won");
  return verbs.map((verb) => disputeDraft(scene, data, verb, openedMs));
}

function disputeDraft(scene: Scene, data: Dispute, verb: DisputeVerb, atMs: number): EventDraft {
  return draftOf(scene, {
    type: `dispute.${verb}`,
    entity: "dispute",
    id: data.id,
    rank: RANKS[verb],
    data,
    root: data.paymentId === undefined ? undefined : keyOf(scene, "payment", data.paymentId),
    references: [referenceTo(scene, "payment", data.paymentId)],
    mentions: [data.chargeId],
    amount: data.amount,
    atMs,
  });
}

function readDispute(scene: Scene, atMs: number): Dispute {
  const { object } = scene.fact;
  const status = readText(object, "status", AT);
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  if (known === undefined) throw new UnreadableField(`${AT}.status`, "a known status", status);
  const chargeId = readId(object, "charge", AT);
  const evidence = optionalObject(object, "evidence_details", AT);
  const dueBy = evidence === undefined ? undefined : optionalSeconds(evidence, "due_by", AT);
  const currency = currencyOf(readText(object, "currency", AT));
  return {
    id: readText(object, "id", AT),
    status: known,
    paymentId: idOf(object, "payment_intent", AT) ?? chargeId,
    chargeId,
    amount: moneyOf(readInteger(object, "amount", AT), currency),
    reason: readText(object, "reason", AT),
    openedAt: instant(readSeconds(object, "created", AT) * 1000),
    date: dayOf(scene, atMs / 1000),
    timeZone: scene.entity.timeZone,
    evidenceDueBy: instantOf(dueBy),
    movements: movementsOf(scene),
  };
}

function movementsOf(scene: Scene): DisputeMovement[] {
  const at = `${AT}.balance_transactions`;
  return optionalList(scene.fact.object, "balance_transactions", AT).map((item) => {
    const raw = asObject(item, at);
    const currency = currencyOf(readText(raw, "currency", at));
    const amount = readInteger(raw, "amount", at);
    return {
      id: readText(raw, "id", at),
      kind: amount < 0 ? "withdrawal" : "reinstatement",
      amount: moneyOf(amount, currency),
      fee: moneyOf(readInteger(raw, "fee", at), currency),
      net: moneyOf(readInteger(raw, "net", at), currency),
    };
  });
}
