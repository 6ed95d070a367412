/**
 * Credit notes. A note given before payment reduces its invoice; one given after was refunded, put
 * to the customer's balance or settled outside, and Stripe tells of the parts only what follows:
 *
 *   basil    pre_payment_amount, post_payment_amount, refunds[].amount_refunded, out_of_band_amount
 *   classic  type, refund (an id without an amount), out_of_band_amount,
 *            customer_balance_transaction
 */
import type { CreditMemo, CreditSettlement } from "../../contracts/credit-memo/credit-memo.ts";
import type { EventDraft } from "../../contracts/envelope.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalInteger,
  optionalList,
  optionalText,
  readInteger,
  readText,
} from "../kit/json-read.ts";
import { currencyOf, moneyOf } from "./amounts.ts";
import type { LineContext } from "./document-lines.ts";
import { readLine, shippingOf, wholeList } from "./document-lines.ts";
import type { Scene } from "./draft.ts";
import {
  dayOf,
  draftOf,
  instantOf,
  keyOf,
  metadataOf,
  ownedSceneOf,
  referenceTo,
} from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import type { Fact } from "./fact.ts";
import { AT, idOf, optionalSeconds, readId, readSeconds } from "./fact.ts";
import { documentParts } from "./invoice-data.ts";
import type { StripeSettings } from "./settings.ts";
import { readTaxes } from "./taxes.ts";

/** `issued` or `voided`; the body has to show the same. */
export function translateCreditNote(
  fact: Fact,
  settings: StripeSettings,
  verb: "issued" | "voided",
): EventDraft[] {
  const scene = ownedSceneOf(fact, settings, fact.object);
  const memo = readCreditNote(scene);
  if (verb === "voided" && memo.status !== "void") {
    const problem = `the credit note is ${memo.status}, not void`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  return [creditDraft(scene, memo, verb)];
}

export function translateRetrievedCreditNote(fact: Fact, settings: StripeSettings): EventDraft[] {
  const scene = ownedSceneOf(fact, settings, fact.object);
  const memo = readCreditNote(scene);
  const issued = creditDraft(scene, memo, "issued", readSeconds(fact.object, "created", AT));
  if (memo.status === "issued") return [issued];
  return [
    issued,
    creditDraft(scene, memo, "voided", optionalSeconds(fact.object, "voided_at", AT)),
  ];
}

function creditDraft(
  scene: Scene,
  memo: CreditMemo,
  verb: "issued" | "voided",
  seconds?: number,
): EventDraft {
  const refunds = memo.settlements.map(({ refundId }) => refundId);
  return draftOf(scene, {
    type: `credit-memo.${verb}`,
    entity: "credit-memo",
    id: memo.id,
    rank: verb === "issued" ? 100 : 500,
    data: memo,
    root: memo.invoiceId === undefined ? undefined : keyOf(scene, "invoice", memo.invoiceId),
    references: [
      referenceTo(scene, "customer", memo.customerId),
      referenceTo(scene, "invoice", memo.invoiceId),
    ],
    mentions: [memo.number, ...refunds],
    amount: memo.gross,
    atMs: seconds === undefined ? undefined : seconds * 1000,
  });
}

function readCreditNote(scene: Scene): CreditMemo {
  const { object, shape } = scene.fact;
  const id = readText(object, "id", AT);
  const currency = currencyOf(readText(object, "currency", AT));
  const total = readInteger(object, "total", AT);
  const context: LineContext = { scene, shape, currency, rates: new Map() };
  const raws = wholeList(object, "lines", { object: "credit_note", id }, AT);
  const read = raws.map((raw, i) => readLine(context, raw, `${AT}.lines.data.${i}`));
  const source = { of: "credit-memo", shape, currency, rates: context.rates } as const;
  const taxes = readTaxes(object, source, AT);
  const settlements = settlementsOf(scene, object, currency, total);
  const applied = sumOf(settlements.filter((part) => part.kind === "invoice"));
  const issued = optionalSeconds(object, "effective_at", AT);
  const parts = documentParts(object, read, taxes, currency);
  return {
    id,
    number: readText(object, "number", AT),
    status: readText(object, "status", AT) === "void" ? "void" : "issued",
    invoiceId: idOf(object, "invoice", AT),
    customerId: readId(object, "customer", AT),
    issueDate: dayOf(scene, issued ?? readSeconds(object, "created", AT)),
    timeZone: scene.entity.timeZone,
    currency,
    reason: optionalText(object, "reason", AT),
    memo: optionalText(object, "memo", AT),
    lines: read.map(({ line }, i) => ({
      ...line,
      invoiceLineId: idOf(raws[i] ?? {}, "invoice_line_item", AT),
    })),
    allowances: parts.allowances,
    charges: [...parts.charges, ...shippingOf(object, currency, AT)],
    net: moneyOf(total - taxes.all, currency),
    taxBreakdown: taxes.parts,
    tax: moneyOf(taxes.all, currency),
    gross: moneyOf(total, currency),
    settlements: settlements.map(({ minor, ...part }) => ({
      ...part,
      amount: moneyOf(minor, currency),
    })),
    applied: moneyOf(applied, currency),
    unapplied: moneyOf(total - applied, currency),
    voidedAt: instantOf(optionalSeconds(object, "voided_at", AT)),
    metadata: metadataOf(object),
  };
}

interface Part {
  readonly kind: CreditSettlement["kind"];
  readonly minor: number;
  readonly refundId?: string | undefined;
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.minor, 0);
}

function settlementsOf(scene: Scene, object: JsonObject, currency: string, total: number): Part[] {
  const parts = scene.fact.shape.basil ? basilParts(object) : classicParts(object, total);
  const outside = optionalInteger(object, "out_of_band_amount", AT) ?? 0;
  if (outside !== 0) parts.push({ kind: "out-of-band", minor: outside });
  const rest = total - sumOf(parts);
  if (rest === 0) return parts.filter((part) => part.minor !== 0);
  const balance = idOf(object, "customer_balance_transaction", AT) !== undefined;
  const refund = scene.fact.shape.basil ? undefined : idOf(object, "refund", AT);
  // With a refund and a balance entry the split is not told; with one of them the rest is its.
  if (refund !== undefined && !balance)
    parts.push({ kind: "refund", minor: rest, refundId: refund });
  else if (refund === undefined && balance) parts.push({ kind: "customer-credit", minor: rest });
  else parts.push({ kind: "unspecified", minor: rest, refundId: refund });
  if (rest < 0) {
    const problem = `its parts exceed its total of ${moneyOf(total, currency).amount} ${currency}`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: scene.fact.kind, problem });
  }
  return parts.filter((part) => part.minor !== 0);
}

/** A classic note is given wholly before or wholly after payment. */
function classicParts(object: JsonObject, total: number): Part[] {
  const before = readText(object, "type", AT) === "pre_payment";
  return before ? [{ kind: "invoice", minor: total }] : [];
}

function basilParts(object: JsonObject): Part[] {
  const parts: Part[] = [{ kind: "invoice", minor: readInteger(object, "pre_payment_amount", AT) }];
  for (const item of optionalList(object, "refunds", AT)) {
    const refund = asObject(item, `${AT}.refunds`);
    parts.push({
      kind: "refund",
      minor: readInteger(refund, "amount_refunded", `${AT}.refunds`),
      refundId: idOf(refund, "refund", `${AT}.refunds`),
    });
  }
  return parts;
}
