import type { EventDraft } from "../../contracts/envelope.ts";
import { isObject } from "../kit/json-read.ts";
import type { DraftParts, Scene } from "./draft.ts";
import { draftOf, keyOf, referenceTo, sceneOf } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import type { ReadInvoice } from "./invoice-data.ts";
import { readInvoice } from "./invoice-data.ts";
import type { StripeSettings } from "./settings.ts";

type InvoiceVerb = "finalized" | "paid" | "voided" | "written-off" | "recovered" | "payment-failed";

const RANKS: Readonly<Record<InvoiceVerb, number>> = {
  finalized: 100,
  "payment-failed": 200,
  "written-off": 300,
  paid: 400,
  recovered: 410,
  voided: 500,
};

/** The status that the body of a fact must show; a draft never gets this far. */
const STATUS_OF: Partial<Record<InvoiceVerb, string>> = {
  paid: "paid",
  voided: "void",
  "written-off": "uncollectible",
};

/** An invoice event of Stripe as one canonical fact, or two when a written-off invoice was paid. */
export function translateInvoice(
  fact: Fact,
  settings: StripeSettings,
  verb: InvoiceVerb,
): EventDraft[] {
  const scene = invoiceScene(fact, settings);
  const read = readInvoice(scene);
  const expected = STATUS_OF[verb];
  if (expected !== undefined && read.data.status !== expected) {
    throw stripeErrors.E_STRIPE_CONTRADICTION({
      kind: fact.kind,
      problem: `the invoice is ${read.data.status}, not ${expected}`,
    });
  }
  const drafts = [invoiceDraft(scene, read, verb)];
  if (verb === "paid" && read.transitions.writtenOff !== undefined) {
    drafts.push(invoiceDraft(scene, read, "recovered"));
  }
  return drafts;
}

/** All that the present state of an invoice says has happened to it. */
export function translateRetrievedInvoice(fact: Fact, settings: StripeSettings): EventDraft[] {
  const scene = invoiceScene(fact, settings);
  const read = readInvoice(scene);
  const { finalized, paid, voided, writtenOff } = read.transitions;
  const told: [InvoiceVerb, number | undefined][] = [["finalized", finalized]];
  if (writtenOff !== undefined) told.push(["written-off", writtenOff]);
  if (read.data.status === "paid") {
    told.push(["paid", paid]);
    if (writtenOff !== undefined) told.push(["recovered", paid]);
  }
  if (read.data.status === "void") told.push(["voided", voided]);
  return told.map(([verb, seconds]) =>
    invoiceDraft(scene, read, verb, seconds === undefined ? undefined : seconds * 1000),
  );
}

/** The invoice's own metadata decides the legal entity, then its subscription's. */
function invoiceScene(fact: Fact, settings: StripeSettings): Scene {
  const { object } = fact;
  const holder = fact.shape.basil ? object["parent"] : object;
  const details = isObject(holder) ? holder["subscription_details"] : undefined;
  return sceneOf(fact, settings, [
    object["metadata"],
    isObject(details) ? details["metadata"] : undefined,
  ]);
}

function invoiceDraft(
  scene: Scene,
  read: ReadInvoice,
  verb: InvoiceVerb,
  atMs?: number,
): EventDraft {
  const { data, chargeId } = read;
  const parts: DraftParts = {
    type: `invoice.${verb}`,
    entity: "invoice",
    id: data.id,
    rank: RANKS[verb],
    data,
    root: keyOf(scene, "invoice", data.id),
    references: [
      referenceTo(scene, "customer", data.customerId),
      referenceTo(scene, "subscription", data.subscriptionId),
      ...data.lines.map((line) => referenceTo(scene, "product", line.productId)),
    ],
    mentions: [data.number, ...data.paymentIds, chargeId],
    amount: verb === "payment-failed" ? data.due : data.gross,
    atMs,
  };
  return draftOf(scene, parts);
}
