/**
 * Invoices and credit memos as NetSuite sees them: positive documents of one of two record types.
 *
 * document   an invoice, credit memo or negative invoice, its signs turned so that its total is
 *            not negative
 * setting    what it is set against at once: the invoice that a credit memo corrects
 */

import type { CreditMemo } from "../../contracts/credit-memo/credit-memo.ts";
import type { AllowanceOrCharge, DocumentLine, TaxPart } from "../../contracts/document-parts.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import type { Money, MoneyWire } from "../../kernel/money.ts";
import { negateMoney, parseMoney } from "../../kernel/money.ts";

export interface SalesTax {
  readonly part: TaxPart;
  readonly amount: Money;
  readonly taxable: Money | undefined;
}

export interface SalesLine {
  readonly what: string;
  readonly productId: string | undefined;
  /** Set for an allowance or charge of the whole document. */
  readonly kind: AllowanceOrCharge["kind"] | undefined;
  readonly description: string;
  readonly quantity: string;
  readonly net: Money;
  readonly taxes: readonly SalesTax[];
  readonly service: { readonly start: string; readonly end: string } | undefined;
}

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

type Turn = (value: Money) => Money;

const asIs: Turn = (value) => value;

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

type Parts = Pick<Invoice, "lines" | "allowances" | "charges">;

function salesLines(parts: Parts, sign: Turn): SalesLine[] {
  return [
    ...parts.lines.map((line) => salesLine(line, sign)),
    ...parts.allowances.map((one) => documentPart(one, (value) => sign(negateMoney(value)))),
    ...parts.charges.map((one) => documentPart(one, sign)),
  ];
}

function salesLine(line: DocumentLine, sign: Turn): SalesLine {
  const optional = (value: MoneyWire | undefined): Money | undefined =>
    value === undefined ? undefined : sign(parseMoney(value));
  return {
    what: `Line ${line.id}`,
    productId: line.productId,
    kind: undefined,
    description: line.description,
    quantity: line.quantity,
    net: sign(parseMoney(line.net)),
    taxes: line.taxes.map((part) => ({
      part,
      amount: sign(parseMoney(part.amount)),
      taxable: optional(part.taxable),
    })),
    service: line.servicePeriod,
  };
}

function documentPart(one: AllowanceOrCharge, sign: Turn): SalesLine {
  return {
    what: `A document's ${one.kind}`,
    productId: undefined,
    kind: one.kind,
    description: one.reason ?? one.kind,
    quantity: "1",
    net: sign(parseMoney(one.amount)),
    taxes: [],
    service: undefined,
  };
}
