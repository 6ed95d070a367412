/**
 * LinesTie: lines − allowances + charges = net; net + tax = gross; gross − paid + rounding = due.
 * Runs over data that already has the shape of its contract, so every amount has exactly its
 * currency's digits and may be read by dropping the point. Exact, in minor units.
 */
import type { MoneyWire } from "../kernel/money.ts";
import { amountText } from "../kernel/money.ts";
import type { Problem } from "./contract.ts";
import type { CreditMemo } from "./credit-memo/credit-memo.ts";
import type { AllowanceOrCharge, DocumentLine, TaxPart } from "./document-parts.ts";
import type { Invoice } from "./invoice/invoice.ts";
import { problem } from "./problem.ts";

/** Adds amounts of one document up and notes each that is in another currency. */
class Ledger {
  readonly problems: Problem[] = [];
  readonly #currency: string;

  constructor(currency: string) {
    this.#currency = currency;
  }

  minor(value: MoneyWire, path: string): bigint {
    if (value.currency !== this.#currency) {
      const details = { path, found: value.currency, expected: this.#currency };
      this.problems.push(problem("E_CONTRACT_CURRENCY_MIXED", path, details));
    }
    return minorOf(value);
  }

  text(minor: bigint): string {
    return amountText({ minor, currency: this.#currency });
  }

  /** Notes a problem when a sum is not what the document says it is. */
  ties(code: SumCode, path: string, expected: bigint, found: bigint): void {
    if (expected === found) return;
    const details = { expected: this.text(expected), found: this.text(found) };
    this.problems.push(problem(code, path, details));
  }
}

type SumCode =
  | "E_CONTRACT_LINES_TIE"
  | "E_CONTRACT_TAX_TIES"
  | "E_CONTRACT_GROSS_TIES"
  | "E_CONTRACT_DUE_TIES"
  | "E_CONTRACT_SETTLEMENTS_TIE";

/** Minor units of an amount that is in canonical form. */
function minorOf(value: MoneyWire): bigint {
  return BigInt(value.amount.replace(".", ""));
}

function sumParts(ledger: Ledger, parts: readonly AllowanceOrCharge[], path: string): bigint {
  let sum = 0n;
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i];
    if (part !== undefined) sum += ledger.minor(part.amount, path);
  }
  return sum;
}

interface TaxSums {
  readonly all: bigint;
  readonly inclusive: bigint;
}

function sumTaxes(ledger: Ledger, taxes: readonly TaxPart[], path: string): TaxSums {
  let all = 0n;
  let inclusive = 0n;
  for (const tax of taxes) {
    const amount = ledger.minor(tax.amount, path);
    all += amount;
    if (tax.inclusive) inclusive += amount;
    if (tax.taxable !== undefined) ledger.minor(tax.taxable, path);
  }
  return { all, inclusive };
}

function lineNet(ledger: Ledger, line: DocumentLine, index: number): bigint {
  const path = `lines.${index}`;
  const amount = ledger.minor(line.amount, path);
  const allowances = sumParts(ledger, line.allowances, path);
  const { inclusive } = sumTaxes(ledger, line.taxes, path);
  const net = ledger.minor(line.net, path);
  const expected = amount - allowances - inclusive;
  if (expected !== net) {
    ledger.problems.push(
      problem("E_CONTRACT_LINE_NET", `${path}.net`, {
        line: line.id,
        amount: ledger.text(amount),
        allowances: ledger.text(allowances),
        tax: ledger.text(inclusive),
        expected: ledger.text(expected),
        found: ledger.text(net),
      }),
    );
  }
  const period = line.servicePeriod;
  if (period !== undefined && period.end < period.start) {
    const details = { path: `${path}.servicePeriod`, start: period.start, end: period.end };
    ledger.problems.push(problem("E_CONTRACT_PERIOD_REVERSED", details.path, details));
  }
  return net;
}

/** Everything that invoices and credit memos have in common; answers gross. */
function documentTies(ledger: Ledger, document: Invoice | CreditMemo): bigint {
  let lines = 0n;
  for (let i = 0; i < document.lines.length; i += 1) {
    const line = document.lines[i];
    if (line !== undefined) lines += lineNet(ledger, line, i);
  }
  const allowances = sumParts(ledger, document.allowances, "allowances");
  const charges = sumParts(ledger, document.charges, "charges");
  const net = ledger.minor(document.net, "net");
  const taxes = sumTaxes(ledger, document.taxBreakdown, "taxBreakdown");
  const tax = ledger.minor(document.tax, "tax");
  const gross = ledger.minor(document.gross, "gross");
  ledger.ties("E_CONTRACT_LINES_TIE", "net", lines - allowances + charges, net);
  ledger.ties("E_CONTRACT_TAX_TIES", "tax", taxes.all, tax);
  ledger.ties("E_CONTRACT_GROSS_TIES", "gross", net + tax, gross);
  return gross;
}

function sumSettlements(
  ledger: Ledger,
  settlements: readonly { readonly amount: MoneyWire }[],
): bigint {
  let sum = 0n;
  for (const part of settlements) sum += ledger.minor(part.amount, "settlements");
  return sum;
}

/** LinesTie of an invoice. Empty when all of it ties. */
export function checkInvoice(invoice: Invoice): Problem[] {
  const ledger = new Ledger(invoice.currency);
  const gross = documentTies(ledger, invoice);
  const paid = ledger.minor(invoice.paid, "paid");
  const rounding = ledger.minor(invoice.rounding, "rounding");
  const due = ledger.minor(invoice.due, "due");
  ledger.ties("E_CONTRACT_DUE_TIES", "due", gross - paid + rounding, due);
  const settled = sumSettlements(ledger, invoice.settlements);
  ledger.ties("E_CONTRACT_SETTLEMENTS_TIE", "paid", settled, paid);
  if ((invoice.type === "credit-invoice") !== gross < 0n) {
    const rule = "a credit invoice is below zero, and no other invoice is";
    const details = { path: "gross", found: invoice.gross.amount, rule };
    ledger.problems.push(problem("E_CONTRACT_SIGN", "gross", details));
  }
  return ledger.problems;
}

/** LinesTie of a credit memo: its settlements sum to gross, and applied + unapplied too. */
export function checkCreditMemo(memo: CreditMemo): Problem[] {
  const ledger = new Ledger(memo.currency);
  const gross = documentTies(ledger, memo);
  const settled = sumSettlements(ledger, memo.settlements);
  ledger.ties("E_CONTRACT_SETTLEMENTS_TIE", "gross", settled, gross);
  const applied = ledger.minor(memo.applied, "applied");
  const unapplied = ledger.minor(memo.unapplied, "unapplied");
  ledger.ties("E_CONTRACT_SETTLEMENTS_TIE", "unapplied", applied + unapplied, gross);
  if (gross < 0n) {
    const details = { path: "gross", found: memo.gross.amount, rule: "a memo is not below zero" };
    ledger.problems.push(problem("E_CONTRACT_SIGN", "gross", details));
  }
  return ledger.problems;
}
