/**
 * Invoices, voids and credit memos. The document must tie before it is sent: lines and tax rows
 * come to the gross that was billed, to the cent, and Tryton has nothing to compute.
 */
import { creditMemoSchema } from "../../contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import { invoiceSchema } from "../../contracts/invoice/invoice.ts";
import { dateInZone, epochMs } from "../../kernel/clock.ts";
import type { Money } from "../../kernel/money.ts";
import {
  addMoney,
  amountText,
  compareMoney,
  formatMoney,
  money,
  parseMoney,
  subtractMoney,
  sumMoney,
} from "../../kernel/money.ts";
import type { SalesLine } from "../kit/sales-lines.ts";
import { lacking } from "./lack.ts";
import type { InvoicePlan } from "./plan.ts";
import type { Preparing } from "./prepare-context.ts";
import { currencyOf, linked, readData, unreadable } from "./prepare-context.ts";
import type { SalesDocument } from "./sales-document.ts";
import { quantityAndPrice, salesFromCreditMemo, salesFromInvoice } from "./sales-document.ts";
import type { TaxSettings } from "./settings.ts";
import { taxOf } from "./tax-key.ts";

export function prepareInvoice(job: Preparing): InvoicePlan {
  const document = salesFromInvoice(readData(job, "invoice", invoiceSchema), "as-is");
  if (document.gross.minor < 0n) {
    const amount = formatMoney(document.gross);
    const { number } = document;
    throw lacking("E_TRYTON_NEGATIVE_INVOICE", "negative invoices are credit notes", {
      number,
      amount,
    });
  }
  return planOf(job, document, { number: document.number, against: null });
}

/**
 * A void: a credit note over the whole invoice, dated on the day of the void, set against it. Not
 * Tryton's own: its wizard makes a note that bears no reference of ours until it stands, and
 * `cancel` is refused for a customer's invoice unless the company allows it.
 */
export function prepareVoid(job: Preparing): InvoicePlan {
  const invoice = readData(job, "invoice", invoiceSchema);
  const paid = parseMoney(invoice.paid);
  if (paid.minor !== 0n) {
    throw lacking("E_TRYTON_VOID_COLLECTED", "void of a settled invoice", {
      number: invoice.number,
      paid: formatMoney(paid),
    });
  }
  const date = voidDate(job, invoice);
  const document = { ...salesFromInvoice(invoice, "turned"), date, dueDate: date };
  // The source issued no number for this. One of its own would come from Tryton's sequence, which
  // refuses a day before its last, and a void that waits days would never be taken.
  const number = `${document.number}-VOID`;
  return planOf(job, document, { number, against: linked(job, "invoice", invoice.id) });
}

/** A credit memo, or an invoice below zero: both are credit notes. */
export function prepareCreditMemo(job: Preparing): InvoicePlan {
  if (job.context.event.type.startsWith("invoice.")) {
    const document = salesFromInvoice(readData(job, "invoice", invoiceSchema), "as-is");
    if (document.gross.minor > 0n) {
      throw unreadable(job, "credit memo", `its total is ${formatMoney(document.gross)}`);
    }
    return planOf(job, document, { number: document.number, against: null });
  }
  const memo = readData(job, "credit memo", creditMemoSchema);
  const document = salesFromCreditMemo(memo);
  if (document.gross.minor > 0n) {
    throw unreadable(job, "credit memo", `its total is ${formatMoney(parseMoney(memo.gross))}`);
  }
  // A posted line cannot be split: a memo that was applied in part stays open as credit.
  const whole = compareMoney(parseMoney(memo.applied), parseMoney(memo.gross)) === 0;
  const against =
    whole && memo.invoiceId !== undefined && document.gross.minor !== 0n
      ? linked(job, "invoice", memo.invoiceId)
      : null;
  return planOf(job, document, { number: document.number, against });
}

function voidDate(job: Preparing, invoice: Invoice): string {
  if (invoice.voidedAt === undefined) throw unreadable(job, "invoice", "voidedAt is missing");
  return dateInZone(epochMs(invoice.voidedAt), invoice.timeZone);
}

interface Naming {
  /** What stands on the document where the source numbers. */
  readonly number: string;
  readonly against: number | null;
}

function planOf(job: Preparing, document: SalesDocument, naming: Naming): InvoicePlan {
  const { entity, settings, context } = job;
  refuseZero(job, document);
  const taxes = taxRows(job, document);
  checkTies(document);
  const untaxed = subtractMoney(document.gross, document.tax);
  return {
    kind: "invoice",
    company: entity.company,
    reference: context.reference,
    number: settings.policy.numbers === "source" ? naming.number : null,
    description: `${job.source} ${document.number}`,
    party: linked(job, "customer", document.customerId),
    currency: currencyOf(job, document.currency),
    account: entity.receivable,
    journal: entity.journals.revenue,
    date: document.date,
    dueDate: document.dueDate,
    lines: document.lines.map((line) => planLine(job, line)),
    taxes,
    untaxed: amountText(untaxed),
    tax: amountText(document.tax),
    total: amountText(document.gross),
    against: naming.against,
  };
}

function refuseZero(job: Preparing, document: SalesDocument): void {
  if (document.lines.length === 0) throw unreadable(job, "document", "it has no lines");
  if (document.gross.minor !== 0n || job.settings.policy.zeroDocuments === "post") return;
  const { number } = document;
  throw lacking("E_TRYTON_ZERO_DOCUMENT", "zero documents are held", { number });
}

function planLine(job: Preparing, line: SalesLine): InvoicePlan["lines"][number] {
  const { quantity, unitPrice } = quantityAndPrice(
    line.quantity,
    line.net,
    job.settings.priceDecimals,
  );
  const product = line.productId === undefined ? null : linked(job, "product", line.productId);
  return {
    account: revenueAccount(job, line),
    product,
    unit: product === null ? null : job.settings.unit,
    description: line.description,
    quantity,
    unitPrice,
    amount: amountText(line.net),
  };
}

function revenueAccount(job: Preparing, line: SalesLine): number {
  const { entity, legalEntity } = job;
  if (line.kind !== undefined) {
    const found = entity.accountsByKind[line.kind];
    if (found !== undefined) return found;
    throw unmapped(job, line.what, `accountsByKind.${line.kind}`);
  }
  const { byProduct, others } = entity.revenueAccounts;
  const named = line.productId === undefined ? undefined : byProduct[line.productId];
  const found = named ?? others;
  if (found !== undefined) return found;
  const name = line.productId === undefined ? "others" : `byProduct.${line.productId}`;
  throw unmapped(job, `${line.what} of ${legalEntity}`, `revenueAccounts.${name}`);
}

function unmapped(job: Preparing, what: string, name: string) {
  const { legalEntity } = job;
  const setting = `entities.${legalEntity}.${name}`;
  return lacking("E_TRYTON_REVENUE_UNMAPPED", setting, { what, legalEntity, setting });
}

/** One row a setting: equal taxes of the document's lines are summed. */
function taxRows(job: Preparing, document: SalesDocument): InvoicePlan["taxes"] {
  const rows = new Map<string, { tax: TaxSettings; amount: Money; base: Money }>();
  const taxes = document.lines.flatMap(({ net, taxes: of }) => of.map((one) => ({ net, ...one })));
  for (const { part, amount, taxable, net } of taxes) {
    // Without an amount and without a reason there is nothing to report.
    if (amount.minor === 0n && part.category === "unspecified") continue;
    const { key, setting: tax } = taxOf(part, job.entity, job.legalEntity);
    const base = taxable ?? net;
    const before = rows.get(key);
    rows.set(key, {
      tax,
      amount: before === undefined ? amount : addMoney(before.amount, amount),
      base: before === undefined ? base : addMoney(before.base, base),
    });
  }
  return [...rows.values()].map(({ tax, amount, base }) => ({
    account: tax.account,
    tax: tax.tax ?? null,
    description: tax.description,
    base: amountText(base),
    amount: amountText(amount),
  }));
}

/** LinesTie: what Tryton will add up is what was billed. */
function checkTies(document: SalesDocument): void {
  const { currency, lines } = document;
  const zero = money(0n, currency);
  const net = sumMoney(
    currency,
    lines.map((line) => line.net),
  );
  const tax = lines
    .flatMap((line) => line.taxes)
    .reduce((sum, one) => addMoney(sum, one.amount), zero);
  if (tax.minor !== document.tax.minor) {
    throw lacking("E_TRYTON_TAX_UNPLACED", "tax without a line", {
      lines: formatMoney(tax),
      document: formatMoney(document.tax),
    });
  }
  const sum = addMoney(net, tax);
  if (sum.minor === document.gross.minor) return;
  throw lacking("E_TRYTON_LINES_DO_NOT_TIE", "lines do not tie", {
    lines: formatMoney(sum),
    document: formatMoney(document.gross),
  });
}
