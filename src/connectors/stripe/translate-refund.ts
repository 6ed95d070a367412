/**
 * Refunds. Stripe tells of one refund in several events: refund.created, refund.updated,
 * charge.refunded (whose body lists the refunds before 2022-11-15 and not since), and for a failure
 * refund.failed and charge.refund.updated. Which of them a connection hears, and in which shape,
 * depends on the endpoint; so whichever comes first tells, and the others are the same fact: its
 * id is a function of the refund and its outcome (`refundOutcome`), not of the event.
 */
import type { EventDraft } from "../../contracts/envelope.ts";
import type { Refund } from "../../contracts/refund/refund.ts";
import { instant } from "../../kernel/clock.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  isObject,
  optionalList,
  optionalText,
  readInteger,
  readText,
} from "../kit/json-read.ts";
import { currencyOf, moneyOf } from "./amounts.ts";
import { dayOf, draftOf, keyOf, metadataOf, ownedSceneOf, referenceTo } from "./draft.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

export interface ToldRefund {
  readonly refund: JsonObject;
  readonly status: Refund["status"];
  readonly at: string;
}

const OUTCOMES: Readonly<Record<string, Refund["status"]>> = {
  succeeded: "succeeded",
  failed: "failed",
  canceled: "cancelled",
};

/** The refund whose outcome a body tells; undefined while it is pending or none is named. */
export function toldRefund(fact: Fact): ToldRefund | undefined {
  const { object } = fact;
  if (object["object"] === "refund") return withOutcome(object, AT);
  if (fact.kind !== "charge.refunded" || !isObject(object["refunds"])) return undefined;
  const at = `${AT}.refunds.data`;
  // Newest first; one event tells of one refund.
  const [newest] = optionalList(object["refunds"], "data", `${AT}.refunds`);
  return newest === undefined ? undefined : withOutcome(asObject(newest, at), at);
}

function withOutcome(refund: JsonObject, at: string): ToldRefund | undefined {
  const status = optionalText(refund, "status", at) ?? "";
  const outcome = Object.hasOwn(OUTCOMES, status) ? OUTCOMES[status] : undefined;
  return outcome === undefined ? undefined : { refund, status: outcome, at };
}

/** `refund/re_1/succeeded`: the same in every event that tells of it. */
export function refundFactId(told: ToldRefund): string {
  return `refund/${readText(told.refund, "id", told.at)}/${told.status}`;
}

export function translateRefund(
  fact: Fact,
  settings: StripeSettings,
  told: ToldRefund,
): EventDraft[] {
  const { refund, status, at } = told;
  const scene = ownedSceneOf(fact, settings, refund, fact.object);
  const id = readText(refund, "id", at);
  const currency = currencyOf(readText(refund, "currency", at));
  const created = readSeconds(refund, "created", at);
  const atMs = status === "succeeded" && fact.retrieved ? created * 1000 : fact.atMs;
  const chargeId = idOf(refund, "charge", at);
  const paymentId = idOf(refund, "payment_intent", at) ?? chargeId;
  const amount = moneyOf(readInteger(refund, "amount", at), currency);
  const data: Refund = {
    id,
    status,
    paymentId,
    chargeId,
    amount,
    date: dayOf(scene, atMs / 1000),
    timeZone: scene.entity.timeZone,
    createdAt: instant(created * 1000),
    reason: optionalText(refund, "reason", at),
    failureReason: optionalText(refund, "failure_reason", at),
    metadata: metadataOf(refund),
  };
  return [
    draftOf(scene, {
      type: status === "succeeded" ? "refund.succeeded" : "refund.failed",
      entity: "refund",
      id,
      rank: status === "succeeded" ? 100 : 500,
      data,
      root: paymentId === undefined ? undefined : keyOf(scene, "payment", paymentId),
      references: [referenceTo(scene, "payment", paymentId)],
      mentions: [chargeId],
      amount,
      atMs,
    }),
  ];
}
