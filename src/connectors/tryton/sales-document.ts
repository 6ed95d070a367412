/**
 * Invoices and credit memos as Tryton keeps them: one kind of document, whose lines are positive in
 * an invoice and negative in a credit note.
 *
 * turned   a credit memo's positive sums, turned into the negative lines of a credit note; an
 *          invoice below zero has them so already
 */
import type { CreditMemo } from "../../contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import type { Decimal } from "../../kernel/decimal.ts";
import {
  compareDecimal,
  divideDecimal,
  multiplyDecimal,
  parseDecimal,
} from "../../kernel/decimal.ts";
import type { Money } from "../../kernel/money.ts";
import { amountText, negateMoney, parseMoney } from "../../kernel/money.ts";
import type { SalesLine } from "../kit/sales-lines.ts";
import { asIs, salesLines } from "../kit/sales-lines.ts";

export interface SalesDocument {
  readonly number: string;
  readonly customerId: string;
  readonly date: string;
  readonly dueDate: string;
  readonly currency: string;
  readonly lines: readonly SalesLine[];
  readonly tax: Money;
  readonly gross: Money;
}

/** `turned`: for a credit note that takes the whole invoice back. */
export function salesFromInvoice(invoice: Invoice, turn: "as-is" | "turned"): SalesDocument {
  const sign = turn === "turned" ? negateMoney : asIs;
  return {
    number: invoice.number,
    customerId: invoice.customerId,
    date: invoice.issueDate,
    dueDate: invoice.dueDate ?? invoice.issueDate,
    currency: invoice.currency,
    lines: salesLines(invoice, sign),
    tax: sign(parseMoney(invoice.tax)),
    gross: sign(parseMoney(invoice.gross)),
  };
}

export function salesFromCreditMemo(memo: CreditMemo): SalesDocument {
  return {
    number: memo.number,
    customerId: memo.customerId,
    date: memo.issueDate,
    dueDate: memo.issueDate,
    currency: memo.currency,
    lines: salesLines(memo, negateMoney),
    tax: negateMoney(parseMoney(memo.tax)),
    gross: negateMoney(parseMoney(memo.gross)),
  };
}

/**
 * Quantity and unit price that make a net exactly, with no rounding left to Tryton: the source's
 * quantity where it is a whole number and the price comes out even, else one piece at the net.
 * Credit is a negative quantity, as in Tryton's own credit notes. `decimals`: of a unit price.
 */
export function quantityAndPrice(
  quantity: string,
  net: Money,
  decimals: number,
): { readonly quantity: number; readonly unitPrice: Decimal } {
  const sum = parseDecimal(amountText(net));
  const sign = net.minor < 0n ? -1 : 1;
  const positive = sign < 0 ? multiplyDecimal(sum, parseDecimal("-1")) : sum;
  if (/^[1-9]\d{0,8}$/.test(quantity)) {
    const pieces = parseDecimal(quantity);
    const price = divideDecimal(positive, pieces, decimals);
    if (compareDecimal(multiplyDecimal(price, pieces), positive) === 0) {
      return { quantity: sign * Number(quantity), unitPrice: price };
    }
  }
  return { quantity: sign, unitPrice: positive };
}
