/** Payments, their later applications, and refunds. */
import type { Allocation } from "../../contracts/allocation/allocation.ts";
import { allocationSchema } from "../../contracts/allocation/allocation.ts";
import { paymentSchema } from "../../contracts/payment/payment.ts";
import { refundSchema } from "../../contracts/refund/refund.ts";
import type { MoneyWire } from "../../kernel/money.ts";
import { formatMoney, parseMoney } from "../../kernel/money.ts";
import type { PreparedCall } from "../kit/target.ts";
import type { CurrencyRecord } from "./amounts.ts";
import { currencyOf, wireAmount } from "./amounts.ts";
import { lacking } from "./lack.ts";
import { RECORD_ROOT } from "./operations.ts";
import type { Body, Preparing, Reference } from "./prepare-context.ts";
import {
  linked,
  linkedIfKnown,
  onlyLink,
  REQUEST_HEADERS,
  readData,
  unreadable,
  upsert,
} from "./prepare-context.ts";

/**
 * A payment into its processor's clearing account. Allocations whose invoice has a link are
 * applied at once; the others stay unapplied, as customer credit, until `payment.apply`.
 * `undepFunds` is not sent: with `account` set, the read-back tells when NetSuite chose otherwise.
 */
export function preparePayment(job: Preparing): PreparedCall {
  const payment = readData(job, "payment", paymentSchema);
  if (payment.status !== "succeeded") {
    throw unreadable(job, "payment", `its status is ${payment.status}`);
  }
  const cash = cashTerms(job, payment.id, payment.amount);
  if (payment.customerId === undefined) throw noCustomer(job, payment.id);
  const lines = payment.allocations.flatMap((one) => {
    const doc = linkedIfKnown(job, "invoice", one.invoiceId);
    return doc === undefined ? [] : [applyLine(job, one, doc, cash.currency)];
  });
  return upsert(job, {
    customer: linked(job, "customer", payment.customerId),
    arAcct: { id: job.entity.arAccount },
    account: { id: cash.account },
    currency: { id: cash.currency.id },
    payment: cash.amount,
    tranDate: payment.date,
    autoApply: false,
    memo: `${job.source} ${payment.id}`,
    ...(lines.length === 0 ? {} : { apply: { items: lines } }),
  });
}

/**
 * An allocation that came after its payment: a line of the payment's `apply`, which is keyed by
 * document, with the whole amount of the pair and no difference to it.
 */
export function prepareApplication(job: Preparing): PreparedCall {
  const allocation = readData(job, "allocation", allocationSchema);
  const payment = linked(job, "payment", allocation.paymentId);
  const doc = linked(job, "invoice", allocation.invoiceId);
  const currency = currencyOf(job.settings, allocation.amount.currency);
  return {
    method: "PATCH",
    path: `${RECORD_ROOT}/customerPayment/${payment.id}`,
    headers: REQUEST_HEADERS,
    body: { apply: { items: [applyLine(job, allocation, doc, currency)] } },
  };
}

/**
 * Money given back: against the credit memo that goes with it, else against what is unapplied of
 * the payment. A refund names no customer; it must be among the links.
 */
export function prepareRefund(job: Preparing): PreparedCall {
  const refund = readData(job, "refund", refundSchema);
  if (refund.status !== "succeeded") {
    throw unreadable(job, "refund", `its status is ${refund.status}`);
  }
  const cash = cashTerms(job, refund.id, refund.amount);
  const customer = onlyLink(job, "customer");
  if (customer === undefined) throw noCustomer(job, refund.id);
  const doc = onlyLink(job, "credit-memo") ?? refundedPayment(job, refund.paymentId);
  return upsert(job, {
    customer,
    arAcct: { id: job.entity.arAccount },
    account: { id: cash.account },
    currency: { id: cash.currency.id },
    tranDate: refund.date,
    memo: `${job.source} ${refund.id}`,
    apply: { items: [{ doc, apply: true, amount: cash.amount }] },
  });
}

function refundedPayment(job: Preparing, paymentId: string | undefined): Reference {
  if (paymentId !== undefined) return linked(job, "payment", paymentId);
  throw unreadable(job, "refund", "it names neither a payment nor a credit memo");
}

interface CashTerms {
  readonly currency: CurrencyRecord;
  readonly amount: number;
  readonly account: string;
}

function cashTerms(job: Preparing, id: string, wire: MoneyWire): CashTerms {
  const value = parseMoney(wire);
  if (value.minor <= 0n) {
    throw lacking("E_NETSUITE_NEGATIVE_PAYMENT", "payments above zero only", {
      payment: id,
      amount: formatMoney(value),
    });
  }
  const currency = currencyOf(job.settings, value.currency);
  const account = job.entity.clearingAccounts[job.source]?.[value.currency];
  if (account === undefined) {
    throw lacking(
      "E_NETSUITE_CLEARING_UNMAPPED",
      `clearing of ${job.source} in ${value.currency} at ${job.legalEntity}`,
      { source: job.source, currency: value.currency, legalEntity: job.legalEntity },
    );
  }
  return { currency, amount: wireAmount(value, currency), account };
}

function applyLine(
  job: Preparing,
  allocation: Allocation,
  doc: Reference,
  currency: CurrencyRecord,
): Body {
  const amount = parseMoney(allocation.amount);
  if (amount.currency !== currency.code) {
    throw unreadable(job, "allocation", `it is in ${amount.currency}, its payment not`);
  }
  return { doc, apply: true, amount: wireAmount(amount, currency) };
}

function noCustomer(job: Preparing, id: string) {
  return lacking("E_NETSUITE_LINK_MISSING", "customer of a payment or refund", {
    role: "customer",
    key: `of ${job.source} ${id}`,
  });
}
