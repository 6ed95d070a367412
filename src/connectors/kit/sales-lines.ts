/**
 * The lines of an invoice or credit memo as amounts to post: those of goods and services, then the
 * allowances and charges of the whole document.
 *
 * turn   what happens to each amount's sign on the way into the target's kind of document
 */
import type { AllowanceOrCharge, DocumentLine, TaxPart } from "../../contracts/document-parts.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import type { Money } from "../../kernel/money.ts";
import { negateMoney, parseMoney } from "../../kernel/money.ts";

export interface SalesTax {
  readonly part: TaxPart;
  readonly amount: Money;
  /** As the source told it; a source need not. */
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

export type Turn = (value: Money) => Money;

export const asIs: Turn = (value) => value;

type Parts = Pick<Invoice, "lines" | "allowances" | "charges">;

export function salesLines(parts: Parts, turn: Turn): SalesLine[] {
  return [
    ...parts.lines.map((line) => salesLine(line, turn)),
    ...parts.allowances.map((one) => documentPart(one, (value) => turn(negateMoney(value)))),
    ...parts.charges.map((one) => documentPart(one, turn)),
  ];
}

function salesLine(line: DocumentLine, turn: Turn): SalesLine {
  return {
    what: `Line ${line.id}`,
    productId: line.productId,
    kind: undefined,
    description: line.description,
    quantity: line.quantity,
    net: turn(parseMoney(line.net)),
    taxes: line.taxes.map((part) => ({
      part,
      amount: turn(parseMoney(part.amount)),
      taxable: part.taxable === undefined ? undefined : turn(parseMoney(part.taxable)),
    })),
    service: line.servicePeriod,
  };
}

function documentPart(one: AllowanceOrCharge, turn: Turn): SalesLine {
  return {
    what: `A document's ${one.kind}`,
    productId: undefined,
    kind: one.kind,
    description: one.reason ?? one.kind,
    quantity: "1",
    net: turn(parseMoney(one.amount)),
    taxes: [],
    service: undefined,
  };
}
