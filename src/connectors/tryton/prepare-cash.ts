/**
 * Payments, their later applications, refunds and journal entries: moves of our own, whose
 * description bears the reference from the first moment.
 */
import { allocationSchema } from "../../contracts/allocation/allocation.ts";
import { paymentSchema } from "../../contracts/payment/payment.ts";
import type { Refund } from "../../contracts/refund/refund.ts";
import { refundSchema } from "../../contracts/refund/refund.ts";
import { minorDigits } from "../../kernel/currency.ts";
import type { Money, MoneyWire } from "../../kernel/money.ts";
import {
  amountText,
  compareMoney,
  formatMoney,
  negateMoney,
  parseMoney,
  subtractMoney,
  sumMoney,
} from "../../kernel/money.ts";
import { journalEntrySchema } from "./journal-entry.ts";
import { lacking } from "./lack.ts";
import type { MovePlan } from "./plan.ts";
import type { Preparing } from "./prepare-context.ts";
import {
  currencyOf,
  linked,
  linkedIfKnown,
  onlyLink,
  readData,
  unreadable,
} from "./prepare-context.ts";

type Line = MovePlan["lines"][number];

/**
 * Money into its processor's clearing account: one line of receivables for each allocation whose
 * invoice has a link, settling it, and one for the rest, which is the customer's credit until
 * `payment.apply`. Not Tryton's payment wizard: it makes one move an invoice, each in a call of
 * its own, and has no place for what pays nothing.
 */
export function preparePayment(job: Preparing): MovePlan {
  const payment = readData(job, "payment", paymentSchema);
  if (payment.status !== "succeeded") {
    throw unreadable(job, "payment", `its status is ${payment.status}`);
  }
  const amount = positive(`Payment ${payment.id}`, payment.amount);
  const clearing = clearingOf(job, amount.currency);
  if (payment.customerId === undefined) throw noCustomer(job, payment.id);
  const party = linked(job, "customer", payment.customerId);
  const settling = payment.allocations.flatMap((one) => {
    const settles = linkedIfKnown(job, "invoice", one.invoiceId);
    return settles === undefined
      ? []
      : [{ settles, amount: sameCurrency(job, one.amount, amount) }];
  });
  const allocated = sumMoney(
    amount.currency,
    settling.map((one) => one.amount),
  );
  const rest = subtractMoney(amount, allocated);
  if (rest.minor < 0n) {
    throw lacking("E_TRYTON_OVERALLOCATED", "allocations above their payment", {
      payment: payment.id,
      amount: formatMoney(amount),
      allocated: formatMoney(allocated),
    });
  }
  const lines = settling.map((one) => receivable(job, negateMoney(one.amount), one.settles));
  if (rest.minor > 0n) lines.push(receivable(job, negateMoney(rest), null));
  return moveOf(job, {
    label: `${job.source} ${payment.id}`,
    journal: job.entity.journals.cash,
    date: payment.date,
    party,
    currency: amount.currency,
    lines: [
      { account: clearing, party: null, amount: amountText(amount), settles: null },
      ...lines,
    ],
  });
}

/**
 * An allocation that came after its payment. A posted line of credit cannot be split, so the
 * allocated part is turned over: off the customer's credit, onto the invoice. Receivables as a
 * whole do not change.
 */
export function prepareApplication(job: Preparing): MovePlan {
  const allocation = readData(job, "allocation", allocationSchema);
  const payment = linked(job, "payment", allocation.paymentId);
  const settles = linked(job, "invoice", allocation.invoiceId);
  const amount = positive(`Allocation ${allocation.id}`, allocation.amount);
  return moveOf(job, {
    label: `${job.source} ${allocation.id}`,
    journal: job.entity.journals.general,
    date: allocation.date,
    // The event names the payment and the invoice only.
    party: { model: "account.invoice", id: settles },
    currency: amount.currency,
    lines: [receivable(job, amount, null), receivable(job, negateMoney(amount), settles)],
    // The payment may have told of this allocation itself; an allocation is the pair's whole.
    unless: { move: payment, settles, amount: amountText(negateMoney(amount)) },
  });
}

/** Money given back, against the credit memo that goes with it where there is one. */
export function prepareRefund(job: Preparing): MovePlan {
  const refund = readData(job, "refund", refundSchema);
  if (refund.status !== "succeeded") {
    throw unreadable(job, "refund", `its status is ${refund.status}`);
  }
  const amount = positive(`Refund ${refund.id}`, refund.amount);
  const account = clearingOf(job, amount.currency);
  const memo = onlyLink(job, "credit-memo");
  const out = { account, party: null, amount: amountText(negateMoney(amount)), settles: null };
  return moveOf(job, {
    label: `${job.source} ${refund.id}`,
    journal: job.entity.journals.cash,
    date: refund.date,
    party: refundedParty(job, refund, memo),
    currency: amount.currency,
    lines: [out, receivable(job, amount, memo ?? null)],
  });
}

/** A refund names no customer: it is a link, or whom the credit memo or the payment is of. */
function refundedParty(
  job: Preparing,
  refund: Refund,
  memo: number | undefined,
): MovePlan["party"] {
  const customer = onlyLink(job, "customer");
  if (customer !== undefined) return customer;
  if (memo !== undefined) return { model: "account.invoice", id: memo };
  if (refund.paymentId === undefined) throw noCustomer(job, refund.id);
  return { model: "account.move", id: linked(job, "payment", refund.paymentId) };
}

/** A journal entry whose lines name accounts by keys of ours. */
export function prepareJournal(job: Preparing): MovePlan {
  const entry = readData(job, "journal entry", journalEntrySchema);
  const sides = entry.lines.map((line) => {
    const [side, wire] =
      line.debit === undefined
        ? (["credit", line.credit] as const)
        : (["debit", line.debit] as const);
    if (wire === undefined) throw unreadable(job, "journal entry", "a line without an amount");
    return { line, side, value: positive(`A line of journal entry ${entry.id}`, wire) };
  });
  const sumOf = (wanted: string) =>
    sumMoney(
      entry.currency,
      sides.filter(({ side }) => side === wanted).map(({ value }) => value),
    );
  const [debit, credit] = [sumOf("debit"), sumOf("credit")];
  if (compareMoney(debit, credit) !== 0) {
    throw lacking("E_TRYTON_UNBALANCED", "unbalanced journal entry", {
      debit: formatMoney(debit),
      credit: formatMoney(credit),
    });
  }
  return moveOf(job, {
    label: `${job.source} ${entry.id} ${entry.description}`.trim(),
    journal: job.entity.journals.general,
    date: entry.date,
    party: null,
    currency: entry.currency,
    lines: sides.map(({ line, side, value }) => ({
      account: accountOf(job, line.account),
      party: line.customerId === undefined ? null : linked(job, "customer", line.customerId),
      amount: amountText(side === "debit" ? value : negateMoney(value)),
      settles: null,
    })),
  });
}

interface Move extends Pick<MovePlan, "label" | "journal" | "date" | "party" | "lines"> {
  readonly currency: string;
  readonly unless?: MovePlan["unless"];
}

function moveOf(job: Preparing, move: Move): MovePlan {
  const { company, companyCurrency } = job.entity;
  const foreign = move.currency !== companyCurrency;
  return {
    kind: "move",
    company,
    reference: job.context.reference,
    unless: null,
    ...move,
    currency: currencyOf(job, move.currency),
    convertTo: foreign
      ? { currency: currencyOf(job, companyCurrency), digits: minorDigits(companyCurrency) }
      : null,
  };
}

function receivable(job: Preparing, amount: Money, settles: number | null): Line {
  return { account: job.entity.receivable, party: "same", amount: amountText(amount), settles };
}

function positive(what: string, wire: MoneyWire): Money {
  const value = parseMoney(wire);
  if (value.minor > 0n) return value;
  const amount = formatMoney(value);
  throw lacking("E_TRYTON_NEGATIVE_PAYMENT", "sums above zero only", { what, amount });
}

function sameCurrency(job: Preparing, wire: MoneyWire, payment: Money): Money {
  const value = parseMoney(wire);
  if (value.currency === payment.currency) return value;
  throw unreadable(job, "allocation", `it is in ${value.currency}, its payment not`);
}

function clearingOf(job: Preparing, currency: string): number {
  const { source, legalEntity } = job;
  const found = job.entity.clearingAccounts[source]?.[currency];
  if (found !== undefined) return found;
  throw lacking(
    "E_TRYTON_CLEARING_UNMAPPED",
    `clearing of ${source} in ${currency} at ${legalEntity}`,
    { source, currency, legalEntity },
  );
}

function accountOf(job: Preparing, account: string): number {
  const { legalEntity } = job;
  const found = job.entity.accounts[account];
  if (found !== undefined) return found;
  const setting = `entities.${legalEntity}.accounts.${account}`;
  throw lacking("E_TRYTON_ACCOUNT_UNMAPPED", setting, { account, legalEntity, setting });
}

function noCustomer(job: Preparing, id: string) {
  return lacking("E_TRYTON_LINK_MISSING", "customer of a payment or refund", {
    role: "customer",
    key: `of ${job.source} ${id}`,
  });
}
