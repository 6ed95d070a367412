/**
 * Money from customers, told once: by its payment intent where it has one, by its charge where it
 * has none (old integrations), never by both.
 *
 * classic   a payment intent names its invoice, so the payment carries its allocation
 * basil     it does not; invoice_payment.paid tells of the allocation
 */
import type { Allocation } from "../../contracts/allocation/allocation.ts";
import { allocationId } from "../../contracts/allocation/allocation.ts";
import type { EventDraft } from "../../contracts/envelope.ts";
import type { Payment } from "../../contracts/payment/payment.ts";
import { instant } from "../../kernel/clock.ts";
import type { MoneyWire } from "../../kernel/money.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  isObject,
  optionalList,
  optionalObject,
  optionalText,
  readInteger,
  readObject,
  readText,
} from "../kit/json-read.ts";
import { currencyOf, moneyOf } from "./amounts.ts";
import type { Scene } from "./draft.ts";
import { dayOf, draftOf, keyOf, metadataOf, ownedSceneOf, referenceTo } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, optionalSeconds, readId, readSeconds } from "./fact.ts";
import type { StripeSettings } from "./settings.ts";

type Status = Payment["status"];

/** payment_intent.succeeded and .payment_failed. */
export function translateIntent(
  fact: Fact,
  settings: StripeSettings,
  status: Status,
): EventDraft[] {
  const { object } = fact;
  const found = readText(object, "status", AT);
  // A failed attempt leaves an intent that can be tried again.
  if ((found === "succeeded") !== (status === "succeeded")) {
    const problem = `the payment intent is ${found}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  const scene = ownedSceneOf(fact, settings, object);
  const amount = readInteger(object, status === "succeeded" ? "amount_received" : "amount", AT);
  return [
    paymentDraft(scene, {
      status,
      amount,
      chargeId: chargeOf(object),
      failure: "last_payment_error",
    }),
  ];
}

/** Basil names the latest charge; nested versions carry the list, newest first. */
function chargeOf(object: JsonObject): string | undefined {
  const latest = idOf(object, "latest_charge", AT);
  if (latest !== undefined) return latest;
  const charges = optionalObject(object, "charges", AT);
  const [first] = charges === undefined ? [] : optionalList(charges, "data", AT);
  return isObject(first) ? readText(first, "id", `${AT}.charges`) : undefined;
}

/** A charge without a payment intent: charge.succeeded, .captured, .failed. */
export function translateCharge(
  fact: Fact,
  settings: StripeSettings,
  status: Status,
): EventDraft[] {
  const { object } = fact;
  const found = readText(object, "status", AT);
  if (found !== status) {
    const problem = `the charge is ${found}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  const scene = ownedSceneOf(fact, settings, object);
  const amount = readInteger(object, status === "succeeded" ? "amount_captured" : "amount", AT);
  return [paymentDraft(scene, { status, amount, chargeId: undefined, failure: "" })];
}

interface Money {
  readonly status: Status;
  readonly amount: number;
  readonly chargeId: string | undefined;
  /** Field that holds `{code, message}` of a failure; empty: the object itself. */
  readonly failure: string;
}

function paymentDraft(scene: Scene, known: Money): EventDraft {
  const { fact } = scene;
  const { object } = fact;
  const id = readText(object, "id", AT);
  const currency = currencyOf(readText(object, "currency", AT));
  const amount = moneyOf(known.amount, currency);
  const succeeded = known.status === "succeeded";
  const invoiceId = fact.shape.basil ? undefined : idOf(object, "invoice", AT);
  const customerId = idOf(object, "customer", AT);
  const atMs = fact.retrieved ? readSeconds(object, "created", AT) * 1000 : fact.atMs;
  const data: Payment = {
    id,
    status: known.status,
    customerId,
    amount,
    method: methodOf(object),
    chargeId: known.chargeId,
    date: dayOf(scene, atMs / 1000),
    timeZone: scene.entity.timeZone,
    createdAt: instant(readSeconds(object, "created", AT) * 1000),
    allocations:
      succeeded && invoiceId !== undefined
        ? [allocationOf(scene, { paymentId: id, invoiceId, amount, atMs })]
        : [],
    failure: succeeded ? undefined : failureOf(object, known.failure),
    metadata: metadataOf(object),
  };
  return draftOf(scene, {
    type: `payment.${known.status}`,
    entity: "payment",
    id,
    rank: succeeded ? 500 : 100,
    data,
    root: invoiceId === undefined ? undefined : keyOf(scene, "invoice", invoiceId),
    references: [
      referenceTo(scene, "customer", customerId),
      referenceTo(scene, "invoice", invoiceId),
    ],
    mentions: [known.chargeId],
    amount,
    atMs,
  });
}

function methodOf(object: JsonObject): string | undefined {
  const details = optionalObject(object, "payment_method_details", AT);
  if (details !== undefined) return optionalText(details, "type", AT);
  // Unambiguous only while one type was possible.
  const types = optionalList(object, "payment_method_types", AT);
  return types.length === 1 && typeof types[0] === "string" ? types[0] : undefined;
}

function failureOf(object: JsonObject, field: string): Payment["failure"] {
  if (field === "") {
    const code = optionalText(object, "failure_code", AT) ?? "unknown";
    return { code, message: optionalText(object, "failure_message", AT) };
  }
  const error = optionalObject(object, field, AT);
  if (error === undefined) return { code: "unknown" };
  const code = optionalText(error, "decline_code", AT) ?? optionalText(error, "code", AT);
  return { code: code ?? readText(error, "type", AT), message: optionalText(error, "message", AT) };
}

interface Applied {
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly amount: MoneyWire;
  readonly atMs: number;
}

function allocationOf(scene: Scene, applied: Applied): Allocation {
  return {
    id: allocationId(applied.paymentId, applied.invoiceId),
    paymentId: applied.paymentId,
    invoiceId: applied.invoiceId,
    amount: applied.amount,
    date: dayOf(scene, applied.atMs / 1000),
    timeZone: scene.entity.timeZone,
    appliedAt: instant(applied.atMs),
  };
}

/** invoice_payment.paid: money of an intent or a charge was put against an invoice. */
export function translateInvoicePayment(fact: Fact, settings: StripeSettings): EventDraft[] {
  const { object } = fact;
  const status = readText(object, "status", AT);
  if (status !== "paid") {
    const problem = `the invoice payment is ${status}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  const scene = ownedSceneOf(fact, settings, object);
  const payment = readObject(object, "payment", AT);
  // A payment record is money that Stripe was told of; its id stands for it.
  const paymentId = readId(payment, readText(payment, "type", `${AT}.payment`), `${AT}.payment`);
  const invoiceId = readId(object, "invoice", AT);
  const currency = currencyOf(readText(object, "currency", AT));
  const amount = moneyOf(readInteger(object, "amount_paid", AT), currency);
  const paidAt = optionalSeconds(readObject(object, "status_transitions", AT), "paid_at", AT);
  const atMs = paidAt === undefined ? fact.atMs : paidAt * 1000;
  const data = allocationOf(scene, { paymentId, invoiceId, amount, atMs });
  return [
    draftOf(scene, {
      type: "payment.applied",
      entity: "allocation",
      id: data.id,
      rank: 500,
      data,
      root: keyOf(scene, "invoice", invoiceId),
      references: [
        referenceTo(scene, "payment", paymentId),
        referenceTo(scene, "invoice", invoiceId),
      ],
      mentions: [readText(object, "id", AT)],
      amount,
      atMs,
    }),
  ];
}
