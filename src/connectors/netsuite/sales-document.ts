/**
 * Invoices and credit memos as NetSuite sees them: positive documents of one of two record types.
 *
 * document   an invoice, credit memo or negative invoice, its signs turned so that its total is
 *            not negative
 * setting    what it is set against at once: the invoice that a credit memo corrects
 */

import type { CreditMemo } from "../../contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import type { Money } from "../../kernel/money.ts";
import { negateMoney, parseMoney } from "../../kernel/money.ts";
import type { SalesLine } from "../kit/sales-lines.ts";
import { asIs, salesLines } from "../kit/sales-lines.ts";

export interface SalesDocument {
  readonly number: string;
  readonly customerId: string;
  readonly date: string;
  readonly dueDate: string | undefined;
  readonly currency: string;
  readonly lines: readonly SalesLine[];
  readonly tax: Money;
  readonly gross: Money;
  readonly setting: { readonly invoiceId: string; readonly amount: Money } | undefined;
}

/** An invoice; `credit`: a negative invoice turned into a positive credit. */
export function salesFromInvoice(invoice: Invoice, turn: "as-is" | "credit"): SalesDocument {
  const sign = turn === "credit" ? negateMoney : asIs;
  return {
    number: invoice.number,
    customerId: invoice.customerId,
    date: invoice.issueDate,
    dueDate: invoice.dueDate,
    currency: invoice.currency,
    lines: salesLines(invoice, sign),
    tax: sign(parseMoney(invoice.tax)),
    gross: sign(parseMoney(invoice.gross)),
    setting: undefined,
  };
}

export function salesFromCreditMemo(memo: CreditMemo): SalesDocument {
  const applied = parseMoney(memo.applied);
  return {
    number: memo.number,
    customerId: memo.customerId,
    date: memo.issueDate,
    dueDate: undefined,
    currency: memo.currency,
    lines: salesLines(memo, asIs),
    tax: parseMoney(memo.tax),
    gross: parseMoney(memo.gross),
    setting:
      memo.invoiceId === undefined || applied.minor <= 0n
        ? undefined
        : { invoiceId: memo.invoiceId, amount: applied },
  };
}
