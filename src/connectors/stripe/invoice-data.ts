/**
 * Stripe's invoice as the contract has it.
 *
 * applied   what the customer's balance did to the invoice: ending − starting balance. Positive:
 *           credit paid for a part of it; negative: the invoice added to the credit (a total below
 *           zero) or collected an older debt. (Vendor: "amount_due will also take that into
 *           account".)
 * total     Σ line amounts − discounts − prepaid credit + exclusive tax + shipping
 */
import type { AllowanceOrCharge } from "../../contracts/document-parts.ts";
import type { Invoice, InvoiceSettlement } from "../../contracts/invoice/invoice.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  readInteger,
  readObject,
  readText,
} from "../kit/json-read.ts";
import { currencyOf, moneyOf } from "./amounts.ts";
import type { LineContext, ReadLine } from "./document-lines.ts";
import { readInvoiceLine, shippingOf, sumAmounts, wholeList } from "./document-lines.ts";
import type { Scene } from "./draft.ts";
import { dayOf, instantOf, metadataOf } from "./draft.ts";
import { stripeErrors } from "./errors.ts";
import { AT, idOf, optionalSeconds, readId, readSeconds } from "./fact.ts";
import { addressOf, countryOf, exemptionOf, registrationsOf } from "./party.ts";
import type { Taxes } from "./taxes.ts";
import { collectRates, readTaxes } from "./taxes.ts";

export interface ReadInvoice {
  readonly data: Invoice;
  readonly chargeId: string | undefined;
  readonly transitions: Transitions;
}

/** Epoch seconds. */
interface Transitions {
  readonly finalized: number | undefined;
  readonly paid: number | undefined;
  readonly voided: number | undefined;
  readonly writtenOff: number | undefined;
}

const STATUSES = ["open", "paid", "void", "uncollectible"] as const;

/** Reads `data.object` of an invoice event. Throws UnreadableField and codes of errors.ts. */
export function readInvoice(scene: Scene): ReadInvoice {
  const { fact } = scene;
  const { object, shape } = fact;
  const id = readText(object, "id", AT);
  const status = readText(object, "status", AT);
  const known = STATUSES.find((one) => one === status);
  if (known === undefined) {
    const problem = `the invoice is ${status}, so nothing was issued`;
    throw stripeErrors.E_STRIPE_CONTRADICTION({ kind: fact.kind, problem });
  }
  const currency = currencyOf(readText(object, "currency", AT));
  const transitions = transitionsOf(object);
  const total = readInteger(object, "total", AT);
  const due = optionalSeconds(object, "due_date", AT);
  const issued = optionalSeconds(object, "effective_at", AT) ?? transitions.finalized;
  return {
    data: {
      id,
      number: readText(object, "number", AT),
      type: total < 0 ? "credit-invoice" : "invoice",
      status: known,
      customerId: readId(object, "customer", AT),
      subscriptionId: subscriptionOf(object, shape.basil),
      issueDate: dayOf(scene, issued ?? readSeconds(object, "created", AT)),
      dueDate: due === undefined ? undefined : dayOf(scene, due),
      timeZone: scene.entity.timeZone,
      currency,
      ...partiesOf(object),
      ...sumsOf(scene, object, { id, currency, total }),
      ...settledOf(object, currency, known),
      paymentIds: paymentsOf(object, shape.basil),
      finalizedAt: instantOf(transitions.finalized),
      paidAt: instantOf(transitions.paid),
      voidedAt: instantOf(transitions.voided),
      writtenOffAt: instantOf(transitions.writtenOff),
      memo: optionalText(object, "description", AT),
      metadata: metadataOf(object),
    },
    chargeId: shape.basil ? undefined : idOf(object, "charge", AT),
    transitions,
  };
}

function transitionsOf(object: JsonObject): Transitions {
  const at = `${AT}.status_transitions`;
  const raw = readObject(object, "status_transitions", AT);
  return {
    finalized: optionalSeconds(raw, "finalized_at", at),
    paid: optionalSeconds(raw, "paid_at", at),
    voided: optionalSeconds(raw, "voided_at", at),
    writtenOff: optionalSeconds(raw, "marked_uncollectible_at", at),
  };
}

/** Classic: `subscription`; basil: `parent.subscription_details.subscription`. */
function subscriptionOf(object: JsonObject, basil: boolean): string | undefined {
  if (!basil) return idOf(object, "subscription", AT);
  const parent = optionalObject(object, "parent", AT);
  const details =
    parent === undefined ? undefined : optionalObject(parent, "subscription_details", AT);
  return details === undefined ? undefined : idOf(details, "subscription", AT);
}

/** Basil names payments only when the list was asked for; invoice_payment.paid tells of each. */
function paymentsOf(object: JsonObject, basil: boolean): string[] {
  if (!basil) {
    const intent = idOf(object, "payment_intent", AT);
    return intent === undefined ? [] : [intent];
  }
  const list = optionalObject(object, "payments", AT);
  if (list === undefined) return [];
  const ids: string[] = [];
  for (const item of optionalList(list, "data", AT)) {
    const payment = optionalObject(asObject(item, AT), "payment", AT);
    const id =
      payment === undefined
        ? undefined
        : (idOf(payment, "payment_intent", AT) ?? idOf(payment, "charge", AT));
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

function partiesOf(object: JsonObject): Pick<Invoice, "seller" | "buyer"> {
  return {
    seller: {
      name: optionalText(object, "account_name", AT),
      country: countryOf(optionalText(object, "account_country", AT)),
      taxRegistrations: [],
    },
    buyer: {
      name: optionalText(object, "customer_name", AT),
      address: addressOf(object, "customer_address", AT),
      taxRegistrations: registrationsOf(object, "customer_tax_ids", AT),
      taxExempt: exemptionOf(object, "customer_tax_exempt", AT),
    },
  };
}

type Sums = Pick<
  Invoice,
  "lines" | "allowances" | "charges" | "net" | "taxBreakdown" | "tax" | "gross"
>;

function sumsOf(
  scene: Scene,
  object: JsonObject,
  known: { readonly id: string; readonly currency: string; readonly total: number },
): Sums {
  const { shape } = scene.fact;
  const { currency, total } = known;
  const context: LineContext = { scene, shape, currency, rates: new Map() };
  collectRates(context.rates, object, "default_tax_rates", AT);
  const read = wholeList(object, "lines", { object: "invoice", id: known.id }, AT).map((raw, i) =>
    readInvoiceLine(context, raw, `${AT}.lines.data.${i}`),
  );
  const source = { of: "invoice", shape, currency, rates: context.rates } as const;
  const taxes = readTaxes(object, source, AT);
  const { allowances, charges } = documentParts(object, read, taxes, currency);
  return {
    lines: read.map(({ line }) => line),
    allowances,
    charges: [...charges, ...shippingOf(object, currency, AT)],
    net: moneyOf(total - taxes.all, currency),
    taxBreakdown: taxes.parts,
    tax: moneyOf(taxes.all, currency),
    gross: moneyOf(total, currency),
  };
}

/**
 * What belongs to the document and to no line: discounts that old versions told only in sum, and
 * the cents by which inclusive tax rounded once differs from tax rounded line by line. The latter
 * is at most one minor unit a line; a larger gap is left to the contract, which refuses it.
 */
export function documentParts(
  object: JsonObject,
  read: readonly ReadLine[],
  taxes: Taxes,
  currency: string,
): { allowances: AllowanceOrCharge[]; charges: AllowanceOrCharge[] } {
  const allowances: AllowanceOrCharge[] = [];
  const charges: AllowanceOrCharge[] = [];
  const told = read.reduce((sum, { sums }) => sum + sums.discounts, 0);
  const rest = sumAmounts(object, "total_discount_amounts", AT) - told;
  if (rest > 0) allowances.push({ kind: "discount", amount: moneyOf(rest, currency) });
  const inLines = read.reduce((sum, { sums }) => sum + sums.taxes.inclusive, 0);
  const gap = inLines - taxes.inclusive;
  if (gap !== 0 && Math.abs(gap) <= read.length) {
    const part = { kind: "tax-rounding", amount: moneyOf(Math.abs(gap), currency) } as const;
    (gap > 0 ? charges : allowances).push(part);
  }
  return { allowances, charges };
}

type Settled = Pick<Invoice, "settlements" | "paid" | "rounding" | "due">;

function settledOf(object: JsonObject, currency: string, status: string): Settled {
  const ending = optionalInteger(object, "ending_balance", AT);
  const applied = ending === undefined ? 0 : ending - readInteger(object, "starting_balance", AT);
  const credited = optionalInteger(object, "pre_payment_credit_notes_amount", AT) ?? 0;
  const paid = readInteger(object, "amount_paid", AT);
  const remaining = readInteger(object, "amount_remaining", AT);
  const overpaid = optionalInteger(object, "amount_overpaid", AT) ?? 0;
  const total = readInteger(object, "total", AT);
  const byHand = object["paid_out_of_band"] === true;
  // Observed in old versions: an invoice marked paid by hand may keep amount_paid at zero.
  const untold = byHand && status === "paid" ? total - applied - credited - paid - remaining : 0;
  const outside = byHand
    ? paid + untold
    : (optionalInteger(object, "amount_paid_off_stripe", AT) ?? 0);
  const settlements: InvoiceSettlement[] = [];
  const add = (kind: InvoiceSettlement["kind"], amount: number): void => {
    if (amount !== 0) settlements.push({ kind, amount: moneyOf(amount, currency) });
  };
  add("payment", byHand ? 0 : paid - outside);
  add("payment-outside", outside);
  add("customer-credit", applied);
  add("credit-memo", credited);
  add("overpayment", -overpaid);
  return {
    settlements,
    paid: moneyOf(paid + untold + applied + credited - overpaid, currency),
    rounding: moneyOf(0, currency),
    due: moneyOf(remaining, currency),
  };
}
