/**
 * Invoices, voids and credit memos. The document must tie in NetSuite's own terms before it is
 * sent: the lines' amounts and their tax lines come to the gross that was billed, to the cent.
 */
import { creditMemoSchema } from "../../contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../../contracts/invoice/invoice.ts";
import { invoiceSchema } from "../../contracts/invoice/invoice.ts";
import { dateInZone, epochMs } from "../../kernel/clock.ts";
import type { Money } from "../../kernel/money.ts";
import { addMoney, formatMoney, money, parseMoney, subtractMoney } from "../../kernel/money.ts";
import type { SalesLine } from "../kit/sales-lines.ts";
import type { PreparedCall } from "../kit/target.ts";
import type { CurrencyRecord } from "./amounts.ts";
import { currencyOf, wireAmount, wireQuantity } from "./amounts.ts";
import { lacking } from "./lack.ts";
import type { Body, Preparing, Reference } from "./prepare-context.ts";
import { cut, linked, readData, unreadable, upsert } from "./prepare-context.ts";
import type { SalesDocument } from "./sales-document.ts";
import { salesFromCreditMemo, salesFromInvoice } from "./sales-document.ts";
import { taxCodeOf } from "./tax-key.ts";

/** Lengths of NetSuite's fields (vendor: REST API Browser, invoice). */
const NUMBER_LENGTH = 45;
const MEMO_LENGTH = 999;
const DESCRIPTION_LENGTH = 4000;

export function prepareInvoice(job: Preparing): PreparedCall {
  const invoice = readData(job, "invoice", invoiceSchema);
  const document = salesFromInvoice(invoice, "as-is");
  if (document.gross.minor < 0n) {
    throw lacking("E_NETSUITE_NEGATIVE_INVOICE", "negative invoices are credit memos", {
      number: invoice.number,
      amount: formatMoney(document.gross),
    });
  }
  const due = document.dueDate === undefined ? {} : { dueDate: document.dueDate };
  return upsert(job, { ...salesBody(job, document, document.date), ...due });
}

/**
 * A void: a credit memo over the whole invoice, dated on the day of the void, set against it.
 * NetSuite's own void zeroes the original, and is not to be had at all where the preference
 * "Void Transactions Using Reversing Journals" is on.
 */
export function prepareVoid(job: Preparing): PreparedCall {
  const invoice = readData(job, "invoice", invoiceSchema);
  const document = salesFromInvoice(invoice, "as-is");
  const paid = parseMoney(invoice.paid);
  if (paid.minor !== 0n) {
    throw lacking("E_NETSUITE_VOID_COLLECTED", "void of a settled invoice", {
      number: invoice.number,
      paid: formatMoney(paid),
    });
  }
  const corrected: Reference = linked(job, "invoice", invoice.id);
  const body = salesBody(job, document, voidDate(job, invoice));
  return upsert(job, { ...body, ...applying(job, corrected, document.gross) });
}

/** A credit memo, or an invoice below zero, which NetSuite knows only as one. */
export function prepareCreditMemo(job: Preparing): PreparedCall {
  const fromInvoice = job.context.event.type.startsWith("invoice.");
  const document = fromInvoice
    ? salesFromInvoice(readData(job, "invoice", invoiceSchema), "credit")
    : salesFromCreditMemo(readData(job, "credit memo", creditMemoSchema));
  if (document.gross.minor < 0n) {
    throw unreadable(job, "credit memo", `its total is ${formatMoney(document.gross)}`);
  }
  const body = salesBody(job, document, document.date);
  const { setting } = document;
  if (setting === undefined) return upsert(job, body);
  const corrected = linked(job, "invoice", setting.invoiceId);
  return upsert(job, { ...body, ...applying(job, corrected, setting.amount) });
}

function voidDate(job: Preparing, invoice: Invoice): string {
  if (invoice.voidedAt === undefined) throw unreadable(job, "invoice", "voidedAt is missing");
  return dateInZone(epochMs(invoice.voidedAt), invoice.timeZone);
}

/** Nothing to set where the document is zero. */
function applying(job: Preparing, doc: Reference, amount: Money): Body {
  if (amount.minor === 0n) return {};
  const currency = currencyOf(job.settings, amount.currency);
  return { apply: { items: [{ doc, apply: true, amount: wireAmount(amount, currency) }] } };
}

function salesBody(job: Preparing, document: SalesDocument, date: string): Body {
  const { settings, entity } = job;
  refuseZero(job, document);
  if (document.number.length > NUMBER_LENGTH) {
    throw unreadable(job, "document number", `${document.number} is longer than ${NUMBER_LENGTH}`);
  }
  const currency = currencyOf(settings, document.currency);
  const billed = settings.policy.tax === "billed";
  const taxes = billed ? taxDetails(job, document, currency) : [];
  if (billed) checkTies(document);
  return {
    ...(settings.policy.documentNumber === "source" ? { tranId: document.number } : {}),
    entity: linked(job, "customer", document.customerId),
    subsidiary: { id: entity.subsidiary },
    account: { id: entity.arAccount },
    currency: { id: currency.id },
    tranDate: date,
    otherRefNum: document.number,
    memo: cut(`${job.source} ${document.number}`, MEMO_LENGTH),
    item: { items: document.lines.map((line, at) => itemLine(job, line, at, currency)) },
    ...(billed ? { taxDetailsOverride: true, taxDetails: { items: taxes } } : {}),
  };
}

function refuseZero(job: Preparing, document: SalesDocument): void {
  if (document.gross.minor !== 0n || job.settings.policy.zeroDocuments === "post") return;
  throw lacking("E_NETSUITE_ZERO_DOCUMENT", "zero documents are held", {
    number: document.number,
  });
}

/** Quantity and amount, never a rate: NetSuite would multiply, and round, for itself. */
function itemLine(job: Preparing, line: SalesLine, at: number, currency: CurrencyRecord): Body {
  const dates =
    job.settings.policy.serviceDates === "send" && line.service !== undefined
      ? { revRecStartDate: line.service.start, revRecEndDate: line.service.end }
      : {};
  return {
    item: itemOf(job, line),
    quantity: wireQuantity(line.quantity),
    amount: wireAmount(line.net, currency),
    description: cut(line.description, DESCRIPTION_LENGTH),
    taxDetailsReference: taxReference(at),
    ...dates,
  };
}

function taxReference(at: number): string {
  return `L${at + 1}`;
}

function itemOf(job: Preparing, line: SalesLine): Reference {
  if (line.productId !== undefined) return linked(job, "product", line.productId);
  const { entity, legalEntity } = job;
  const id = line.kind === undefined ? entity.itemWithoutProduct : entity.itemsByKind[line.kind];
  if (id !== undefined) return { id };
  const name = line.kind === undefined ? "itemWithoutProduct" : `itemsByKind.${line.kind}`;
  throw lacking("E_NETSUITE_ITEM_UNMAPPED", `${name} of ${legalEntity}`, {
    what: line.what,
    legalEntity,
    setting: `entities.${legalEntity}.${name}`,
  });
}

/** One tax line per document line and tax code: equal codes of a line are summed. */
function taxDetails(job: Preparing, document: SalesDocument, currency: CurrencyRecord): Body[] {
  const out: Body[] = [];
  for (const [at, line] of document.lines.entries()) {
    const byCode = new Map<string, { type: string; tax: Money; basis: Money; percent?: string }>();
    for (const { part, amount, taxable } of line.taxes) {
      // Without an amount and without a reason there is nothing to report.
      if (amount.minor === 0n && part.category === "unspecified") continue;
      const { code, type } = taxCodeOf(part, job.entity, job.legalEntity);
      const before = byCode.get(code);
      const tax = before === undefined ? amount : addMoney(before.tax, amount);
      const percent = before === undefined && part.percent !== undefined ? part.percent : undefined;
      byCode.set(code, {
        type,
        tax,
        basis: taxable ?? line.net,
        ...(percent === undefined ? {} : { percent }),
      });
    }
    for (const [code, one] of byCode) {
      out.push({
        taxDetailsReference: taxReference(at),
        taxCode: { id: code },
        taxType: { id: one.type },
        taxBasis: wireAmount(one.basis, currency),
        taxAmount: wireAmount(one.tax, currency),
        ...(one.percent === undefined ? {} : { taxRate: wireQuantity(one.percent) }),
      });
    }
  }
  return out;
}

/** LinesTie in NetSuite's dialect: a document has no totals of its own, only lines and taxes. */
function checkTies(document: SalesDocument): void {
  const zero = money(0n, document.currency);
  let net = zero;
  let tax = zero;
  for (const line of document.lines) {
    net = addMoney(net, line.net);
    for (const one of line.taxes) tax = addMoney(tax, one.amount);
  }
  if (tax.minor !== document.tax.minor) {
    throw lacking("E_NETSUITE_TAX_UNPLACED", "tax without a line", {
      amount: formatMoney(subtractMoney(document.tax, tax)),
    });
  }
  const lines = addMoney(net, tax);
  if (lines.minor !== document.gross.minor) {
    throw lacking("E_NETSUITE_LINES_DO_NOT_TIE", "lines do not tie", {
      lines: formatMoney(lines),
      document: formatMoney(document.gross),
    });
  }
}
