/** The posting rules: which event moves which accounts, and why. */
import { allocationSchema } from "../contracts/allocation/allocation.ts";
import { creditMemoSchema } from "../contracts/credit-memo/credit-memo.ts";
import type { Invoice } from "../contracts/invoice/invoice.ts";
import { invoiceSchema } from "../contracts/invoice/invoice.ts";
import { paymentSchema } from "../contracts/payment/payment.ts";
import { dateInZone, epochMs } from "../kernel/clock.ts";
import type { Money, MoneyWire } from "../kernel/money.ts";
import {
  addMoney,
  isZeroMoney,
  money,
  negateMoney,
  parseMoney,
  subtractMoney,
} from "../kernel/money.ts";
import { accountingErrors } from "./errors.ts";
import type { AccountRole, EntryLine, JournalEntry, PostableEvent } from "./types.ts";

/** What is owed to or by an account; positive stands left (debit). */
type Movement = readonly [account: AccountRole, amount: Money];

interface Draft {
  readonly date: string;
  readonly currency: string;
  readonly movements: readonly Movement[];
}

/**
 * What has posted. Money put against a document may be told twice, inside the payment and by
 * itself; its id is the same. A whole fact may be told twice, when it was fetched and its own event
 * came later; its type and document are the same. `isNew` answers once with true for each id and
 * remembers it.
 */
export interface PostingMemory {
  isNew(id: string): boolean;
}

export function postingMemory(): PostingMemory {
  const told = new Set<string>();
  return {
    isNew(id) {
      if (told.has(id)) return false;
      told.add(id);
      return true;
    },
  };
}

export interface PostingRule {
  readonly name: string;
  /** In the words of accounting, for people. */
  readonly debit: string;
  readonly credit: string;
  readonly evidence: string;
  readonly post: (data: unknown, memory: PostingMemory) => Draft;
}

/**
 * One rule per event type. What is not here does not post: a status never does, refunds, disputes
 * and payouts do not yet (decision 0009), so that this says what the books should say today.
 */
export const postingRules: Readonly<Record<string, PostingRule>> = {
  "invoice.finalized": {
    name: "invoice-finalized",
    debit: "receivable, gross",
    credit: "contract-liability, net; tax-payable, tax as billed",
    evidence: "the document; a negative total turns the sides",
    post: (data) => issued(invoiceSchema.parse(data)),
  },
  "invoice.voided": {
    name: "invoice-voided",
    debit: "contract-liability, net; tax-payable",
    credit: "receivable, gross",
    evidence: "the document, on the day it was voided",
    post: (data) => {
      const invoice = invoiceSchema.parse(data);
      const { voidedAt, timeZone, issueDate } = invoice;
      const date = voidedAt === undefined ? issueDate : dateInZone(epochMs(voidedAt), timeZone);
      return { ...reversed(issued(invoice)), date };
    },
  },
  "credit-memo.issued": {
    name: "credit-memo-issued",
    debit: "contract-liability, net; tax-payable",
    credit: "receivable, gross",
    evidence: "the memo; where the credit went is the payment's or the refund's to say",
    post: (data) => reversed(issued(creditMemoSchema.parse(data))),
  },
  "credit-memo.voided": {
    name: "credit-memo-voided",
    debit: "receivable, gross",
    credit: "contract-liability, net; tax-payable",
    evidence: "the memo, on the day it was voided",
    post: (data) => {
      const memo = creditMemoSchema.parse(data);
      const { voidedAt, timeZone, issueDate } = memo;
      const date = voidedAt === undefined ? issueDate : dateInZone(epochMs(voidedAt), timeZone);
      return { ...issued(memo), date };
    },
  },
  "payment.succeeded": {
    name: "payment-succeeded",
    debit: "clearing, what was received",
    credit: "receivable, what it paid; customer-credit, the rest",
    evidence: "the payment and its allocations",
    post: (data, memory) => {
      const payment = paymentSchema.parse(data);
      const amount = parseMoney(payment.amount);
      let paid = money(0n, amount.currency);
      for (const allocation of payment.allocations) {
        if (memory.isNew(allocation.id)) paid = addMoney(paid, parseMoney(allocation.amount));
      }
      const rest = subtractMoney(amount, paid);
      return {
        date: payment.date,
        currency: amount.currency,
        movements: [
          ["clearing", amount],
          ["receivable", negateMoney(paid)],
          ["customer-credit", negateMoney(rest)],
        ],
      };
    },
  },
  "payment.applied": {
    name: "payment-applied",
    debit: "customer-credit",
    credit: "receivable",
    evidence: "the allocation, unless the payment told it already",
    post: (data, memory) => {
      const allocation = allocationSchema.parse(data);
      const amount = parseMoney(allocation.amount);
      const { date } = allocation;
      const moved = memory.isNew(allocation.id) ? amount : money(0n, amount.currency);
      return {
        date,
        currency: amount.currency,
        movements: [
          ["customer-credit", moved],
          ["receivable", negateMoney(moved)],
        ],
      };
    },
  },
};

/** Types of the events that post. */
export const postingTypes: readonly string[] = Object.keys(postingRules);

/**
 * The entry of one event; undefined when its type does not post or nothing moves. Events of one
 * source must come in the order of their occurrence, with one memory. Throws ZodError for data
 * that break their contract, E_ACCOUNTING_UNBALANCED for a rule of ours that does.
 */
export function postEvent(event: PostableEvent, memory: PostingMemory): JournalEntry | undefined {
  const rule = postingRules[event.type];
  if (rule === undefined || !memory.isNew(`${event.type} ${event.subject}`)) return undefined;
  const { date, currency, movements } = rule.post(event.data, memory);
  const lines = movements.filter(([, amount]) => !isZeroMoney(amount)).map(entryLine);
  if (lines.length === 0) return undefined;
  const { id, connection, subject, legalEntity } = event;
  const made = { document: subject, event: id, rule: rule.name, lines };
  return balanced({ entity: legalEntity ?? connection, date, currency, ...made });
}

type Issued = Pick<Invoice, "issueDate" | "currency"> & {
  readonly gross: MoneyWire;
  readonly net: MoneyWire;
  readonly tax: MoneyWire;
};

function issued({ issueDate, currency, gross, net, tax }: Issued): Draft {
  return {
    date: issueDate,
    currency,
    movements: [
      ["receivable", parseMoney(gross)],
      ["contract-liability", negateMoney(parseMoney(net))],
      ["tax-payable", negateMoney(parseMoney(tax))],
    ],
  };
}

function reversed(draft: Draft): Draft {
  const turn = ([account, amount]: Movement): Movement => [account, negateMoney(amount)];
  return { ...draft, movements: draft.movements.map(turn) };
}

function entryLine([account, amount]: Movement): EntryLine {
  const none = money(0n, amount.currency);
  return amount.minor > 0n
    ? { account, debit: amount, credit: none }
    : { account, debit: none, credit: negateMoney(amount) };
}

function balanced(entry: JournalEntry): JournalEntry {
  const sum = (side: "debit" | "credit"): bigint =>
    entry.lines.reduce((total, line) => total + line[side].minor, 0n);
  const [left, right] = [sum("debit"), sum("credit")];
  if (left === right) return entry;
  const { document, rule } = entry;
  throw accountingErrors.E_ACCOUNTING_UNBALANCED({ document, rule, left, right });
}
