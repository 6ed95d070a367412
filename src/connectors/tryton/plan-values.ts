/** From a plan to the values that Tryton creates its record of. */
import type { Decimal } from "../../kernel/decimal.ts";
import { multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import type { InvoicePlan, MovePlan } from "./plan.ts";
import type { Values } from "./wire.ts";
import { creating, wireDate, wireDecimal } from "./wire.ts";

const ZERO = parseDecimal("0");
const MINUS_ONE = parseDecimal("-1");

/**
 * A draft of the invoice, or of the credit note: Tryton's credit note is an invoice of negative
 * lines. No payment term is sent: its date is the due date itself, and one line is to be paid.
 * Lines carry no taxes and the tax rows are `manual`, so Tryton computes none and keeps ours.
 */
export function invoiceValues(plan: InvoicePlan, address: number): Values {
  const { company, currency, party } = plan;
  const lines = plan.lines.map((line): Values => {
    const { account, product, unit, description, quantity } = line;
    const price = wireDecimal(line.unitPrice);
    const own = { type: "line", invoice_type: "out", company, currency, party };
    return { ...own, account, product, unit, description, quantity, unit_price: price };
  });
  const taxes = plan.taxes.map((one): Values => {
    const { account, tax, description } = one;
    const amounts = { base: wireDecimal(one.base), amount: wireDecimal(one.amount) };
    return { manual: true, account, tax, description, ...amounts };
  });
  return {
    type: "out",
    company,
    party,
    invoice_address: address,
    currency,
    account: plan.account,
    journal: plan.journal,
    reference: plan.reference,
    description: plan.description,
    invoice_date: wireDate(plan.date),
    payment_term: null,
    payment_term_date: wireDate(plan.dueDate),
    lines: [creating(...lines)],
    ...(taxes.length === 0 ? {} : { taxes: [creating(...taxes)] }),
    ...(plan.number === null ? {} : { number: plan.number }),
  };
}

/** `description` of a move: it cannot be changed once the move is posted. */
export function moveDescription(plan: Pick<MovePlan, "reference" | "label">): string {
  return `${plan.reference} ${plan.label}`;
}

/** What the books decide at the moment of creation. */
export interface MoveTerms {
  readonly period: number;
  /** The move's own party, for its lines that name the same. */
  readonly party: number | undefined;
  /** Each line's amount in the company's currency. */
  readonly amounts: readonly Decimal[];
}

export function moveValues(plan: MovePlan, terms: MoveTerms): Values {
  const foreign = plan.convertTo !== null;
  const lines = plan.lines.map((line, at): Values => {
    const amount = terms.amounts[at] ?? ZERO;
    const party = line.party === "same" ? (terms.party ?? null) : line.party;
    const debit = !amount.startsWith("-");
    const text = debit ? amount : multiplyDecimal(amount, MINUS_ONE);
    const second = { amount_second_currency: wireDecimal(line.amount) };
    return {
      account: line.account,
      ...(party === null ? {} : { party }),
      debit: wireDecimal(debit ? text : "0"),
      credit: wireDecimal(debit ? "0" : text),
      ...(foreign ? { ...second, second_currency: plan.currency } : {}),
      ...(line.settles === null ? {} : { invoice_payment: line.settles }),
    };
  });
  return {
    company: plan.company,
    journal: plan.journal,
    period: terms.period,
    date: wireDate(plan.date),
    description: moveDescription(plan),
    lines: [creating(...lines)],
  };
}
