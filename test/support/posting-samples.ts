/** Events as the accounting tests need them: complete documents of one line. */
import type { PostableEvent } from "../../src/accounting/types.ts";
import type { Allocation } from "../../src/contracts/allocation/allocation.ts";
import { allocationId } from "../../src/contracts/allocation/allocation.ts";
import type { CreditMemo } from "../../src/contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../../src/contracts/invoice/invoice.ts";
import type { Payment } from "../../src/contracts/payment/payment.ts";
import { addMoney, moneyToWire, parseMoney } from "../../src/kernel/money.ts";

const CONNECTION = "stripe-eu";
const zone = { timeZone: "Europe/Berlin" } as const;
const at = "2026-03-06T10:00:00.000Z";

function eventOf(type: string, entity: string, id: string, data: unknown): PostableEvent {
  const subject = `${CONNECTION}/${entity}/${id}`;
  const legalEntity = "acme-gmbh";
  return { id: `${type} ${id}`, type, connection: CONNECTION, subject, legalEntity, data };
}

function sums(net: string, tax: string, currency: string) {
  const [a, b] = [parseMoney({ amount: net, currency }), parseMoney({ amount: tax, currency })];
  const gross = moneyToWire(addMoney(a, b));
  const zero = moneyToWire({ minor: 0n, currency });
  return { net: moneyToWire(a), tax: moneyToWire(b), gross, zero };
}

export function invoiceEvent(
  type: string,
  net: string,
  tax: string,
  voidedAt?: string,
  currency = "EUR",
): PostableEvent {
  const { zero, ...totals } = sums(net, tax, currency);
  const invoice: Invoice = {
    ...{ id: "in_1", number: "A-0001", type: "invoice", status: "open", customerId: "cus_1" },
    ...{ issueDate: "2026-03-05", ...zone, currency, seller: { taxRegistrations: [] } },
    ...{ buyer: { taxRegistrations: [] }, lines: [], allowances: [], charges: [] },
    ...{ taxBreakdown: [], settlements: [], paid: zero, rounding: zero, due: totals.gross },
    ...{ paymentIds: [], metadata: {}, ...totals },
    ...(voidedAt === undefined ? {} : { voidedAt }),
  };
  return eventOf(type, "invoice", "in_1", invoice);
}

export function creditMemoEvent(type: string, net: string, tax: string): PostableEvent {
  const { zero, ...totals } = sums(net, tax, "EUR");
  const memo: CreditMemo = {
    ...{ id: "cn_1", number: "A-0001-CN", status: "issued", customerId: "cus_1" },
    ...{ issueDate: "2026-03-07", ...zone, currency: "EUR", lines: [], allowances: [] },
    ...{ charges: [], taxBreakdown: [], settlements: [], applied: totals.gross, unapplied: zero },
    ...{ metadata: {}, ...totals },
  };
  return eventOf(type, "credit-memo", "cn_1", memo);
}

function allocationOf(invoiceId: string, amount: string): Allocation {
  const paymentId = "py_1";
  const id = allocationId(paymentId, invoiceId);
  const money = { amount, currency: "EUR" };
  return { id, paymentId, invoiceId, amount: money, date: "2026-03-06", ...zone, appliedAt: at };
}

export function paymentEvent(
  amount: string,
  paid: readonly (readonly [invoice: string, amount: string])[],
): PostableEvent {
  const payment: Payment = {
    ...{ id: "py_1", status: "succeeded", amount: { amount, currency: "EUR" } },
    ...{ date: "2026-03-06", ...zone, createdAt: at, metadata: {} },
    allocations: paid.map(([invoice, part]) => allocationOf(invoice, part)),
  };
  return eventOf("payment.succeeded", "payment", "py_1", payment);
}

export function appliedEvent(invoice: string, amount: string): PostableEvent {
  const allocation = allocationOf(invoice, amount);
  return eventOf("payment.applied", "allocation", allocation.id, allocation);
}
