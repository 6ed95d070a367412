import type { MoneyWire } from "../../kernel/money.ts";
import { moneyToWire, negateMoney, parseMoney, subtractMoney } from "../../kernel/money.ts";
import type { AllowanceOrCharge, DocumentLine, TaxPart } from "../document-parts.ts";
import type { Invoice } from "../invoice/invoice.ts";
import type { CreditMemo, CreditMemoLine, CreditSettlement } from "./credit-memo.ts";

/**
 * The credit memo that a credit invoice (gross below zero) books as: every sum changes its sign,
 * nothing else changes. The source told a negative invoice and the event keeps that; ledgers that
 * know no negative invoices get this.
 */
export function creditMemoOfInvoice(invoice: Invoice): CreditMemo {
  const gross = negate(invoice.gross);
  const settlements: CreditSettlement[] = [];
  let rest = parseMoney(gross);
  for (const part of invoice.settlements) {
    const amount = negate(part.amount);
    rest = subtractMoney(rest, parseMoney(amount));
    const kind = part.kind === "customer-credit" ? "customer-credit" : "unspecified";
    settlements.push({ kind, amount });
  }
  if (rest.minor !== 0n) settlements.push({ kind: "unspecified", amount: moneyToWire(rest) });
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status === "void" ? "void" : "issued",
    customerId: invoice.customerId,
    issueDate: invoice.issueDate,
    timeZone: invoice.timeZone,
    currency: invoice.currency,
    memo: invoice.memo,
    lines: invoice.lines.map(negateLine),
    allowances: invoice.allowances.map(negatePart),
    charges: invoice.charges.map(negatePart),
    net: negate(invoice.net),
    taxBreakdown: invoice.taxBreakdown.map(negateTax),
    tax: negate(invoice.tax),
    gross,
    settlements,
    applied: moneyToWire({ minor: 0n, currency: invoice.currency }),
    unapplied: gross,
    voidedAt: invoice.voidedAt,
    metadata: invoice.metadata,
  };
}

function negate(value: MoneyWire): MoneyWire {
  return moneyToWire(negateMoney(parseMoney(value)));
}

function negateLine(line: DocumentLine): CreditMemoLine {
  const price = line.unitPrice;
  return {
    ...line,
    unitPrice: price === undefined || price === "0" ? price : flip(price),
    amount: negate(line.amount),
    allowances: line.allowances.map(negatePart),
    net: negate(line.net),
    taxes: line.taxes.map(negateTax),
  };
}

function flip(decimal: string): string {
  return decimal.startsWith("-") ? decimal.slice(1) : `-${decimal}`;
}

function negatePart(part: AllowanceOrCharge): AllowanceOrCharge {
  return { ...part, amount: negate(part.amount) };
}

function negateTax(tax: TaxPart): TaxPart {
  const taxable = tax.taxable === undefined ? undefined : negate(tax.taxable);
  return { ...tax, amount: negate(tax.amount), taxable };
}
