/**
 * The independent judge: Stripe's world against the books, one business object after the other. It
 * knows nothing of handoffs, references or attempts.
 */
import type { PaymentIntentRecord } from "../../src/sandbox/stripe/payment-records.ts";
import type {
  AnyRecord,
  CreditNoteRecord,
  InvoicePaymentRecord,
  InvoiceRecord,
} from "../../src/sandbox/stripe/records.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import type { Books, LiveRecord } from "./books.ts";
import { SOURCE } from "./settings.ts";

export interface Difference {
  readonly what: string;
  /** Stripe's id of the object; its story is printed. */
  readonly object: string;
  readonly detail: string;
}

export interface Judgement {
  readonly differences: readonly Difference[];
  /** How many of what were compared; a comparison of nothing proves nothing. */
  readonly looked: Readonly<Record<string, number>>;
}

export function recordsOf<T extends AnyRecord>(world: StripeWorld, kind: T["object"]): T[] {
  return [...world.state.table(kind).byId.values()] as T[];
}

export function judgeBooks(world: StripeWorld, books: Books): Judgement {
  const judge = openJudge(books);
  const invoices = recordsOf<InvoiceRecord>(world, "invoice").filter(
    (one) => one.number !== null && one.total > 0,
  );
  for (const invoice of invoices) judgeInvoice(judge, invoice);
  const notes = recordsOf<CreditNoteRecord>(world, "credit_note");
  for (const note of notes) judgeCreditNote(judge, world, note);
  const paid = recordsOf<PaymentIntentRecord>(world, "payment_intent").filter(
    (one) => one.status === "succeeded",
  );
  const allocations = recordsOf<InvoicePaymentRecord>(world, "invoice_payment");
  for (const intent of paid) judgePayment(judge, world, intent, allocations);
  judge.leftovers();
  const { differences } = judge;
  judgeSums(differences, books, { invoices, paid });
  const looked = { invoices: invoices.length, "credit notes": notes.length, payments: paid.length };
  return { differences, looked };
}

interface Judge {
  readonly differences: Difference[];
  differ(what: string, object: string, detail: string): void;
  /** The only live document of the type under the name; tells when there is none, or several. */
  one(type: string, name: string, object: string): LiveRecord | undefined;
  /** The books' id of the invoice that bears Stripe's number. */
  invoiceId(number: string): string;
  /** Documents that nobody asked for. */
  leftovers(): void;
}

const DOCUMENTS = ["invoice", "creditMemo", "customerPayment"] as const;

/** Sales documents bear Stripe's number, payments the id of their intent. */
function nameOf(record: LiveRecord): string {
  const { otherRefNum, memo } = record.body;
  return String(record.type === "customerPayment" ? memo : otherRefNum);
}

function openJudge(books: Books): Judge {
  const byName = new Map<string, LiveRecord[]>();
  for (const type of DOCUMENTS) {
    for (const record of books.of(type)) {
      const key = `${type} ${nameOf(record)}`;
      byName.set(key, [...(byName.get(key) ?? []), record]);
    }
  }
  const invoiceIds = new Map(books.of("invoice").map((one) => [nameOf(one), one.id]));
  const differences: Difference[] = [];
  const differ = (what: string, object: string, detail: string): void => {
    differences.push({ what, object, detail });
  };
  return {
    differences,
    differ,
    invoiceId: (number) => invoiceIds.get(number) ?? "none",
    one(type, name, object) {
      const key = `${type} ${name}`;
      const found = byName.get(key) ?? [];
      byName.delete(key);
      if (found.length !== 1) {
        const ids = found.map((one) => one.id).join(", ");
        differ(`${found.length} of ${type}, one expected`, object, `${name}: ${ids || "none"}`);
      }
      return found[0];
    },
    leftovers() {
      for (const [key, records] of byName) {
        const ids = records.map((one) => one.id).join(", ");
        differ("document that nobody asked for", key.split(" ").at(-1) ?? "", `${key}: ${ids}`);
      }
    },
  };
}

function judgeInvoice(judge: Judge, invoice: InvoiceRecord): void {
  const { id, number, total, currency, status } = invoice;
  const name = number ?? "";
  const document = judge.one("invoice", name, id);
  sameAmount(judge, id, document, total, currency);
  if (status !== "void") return;
  const memo = judge.one("creditMemo", name, id);
  sameAmount(judge, id, memo, total, currency);
  applied(judge, id, memo, [[name, total]]);
}

function judgeCreditNote(judge: Judge, world: StripeWorld, note: CreditNoteRecord): void {
  const memo = judge.one("creditMemo", note.number, note.id);
  sameAmount(judge, note.id, memo, note.total, note.currency);
  const before = note.pre_payment_amount;
  const invoice = world.state.find("invoice", note.invoice);
  applied(judge, note.id, memo, before === 0 ? [] : [[invoice?.number ?? "", before]]);
}

function judgePayment(
  judge: Judge,
  world: StripeWorld,
  intent: PaymentIntentRecord,
  allocations: readonly InvoicePaymentRecord[],
): void {
  const { id, amount_received, currency } = intent;
  const payment = judge.one("customerPayment", `${SOURCE} ${id}`, id);
  sameAmount(judge, id, payment, amount_received, currency);
  const own = allocations.filter((one) => one.payment_intent === id && one.status === "paid");
  const expected = own.map((one): [string, number] => [
    world.state.find("invoice", one.invoice)?.number ?? "",
    one.amount_paid ?? 0,
  ]);
  applied(judge, id, payment, expected);
}

function sameAmount(
  judge: Judge,
  object: string,
  document: LiveRecord | undefined,
  total: number,
  currency: string,
): void {
  if (document === undefined) return;
  if (document.total === BigInt(total) && document.currency.toLowerCase() === currency) return;
  const theirs = `${document.type} ${document.id} says ${document.total} ${document.currency}`;
  judge.differ("another amount", object, `${theirs}, Stripe ${total} ${currency}`);
}

type Share = readonly [invoiceNumber: string, minor: number];

/** Applied to these invoices with these amounts, and to nothing else. */
function applied(
  judge: Judge,
  object: string,
  document: LiveRecord | undefined,
  expected: readonly Share[],
): void {
  if (document === undefined) return;
  const ours = expected.map(([number, minor]) => `${judge.invoiceId(number)}: ${minor}`).sort();
  const theirs = document.applications.map(({ doc, amount }) => `${doc}: ${amount}`).sort();
  if (ours.join() === theirs.join()) return;
  const told = `${document.type} ${document.id} is set against ${theirs.join(", ") || "nothing"}`;
  judge.differ("applied otherwise", object, `${told}, expected ${ours.join(", ") || "nothing"}`);
}

interface Sold {
  readonly invoices: readonly InvoiceRecord[];
  readonly paid: readonly PaymentIntentRecord[];
}

/** Sums per currency, so that errors that hide each other's numbers still show. */
function judgeSums(differences: Difference[], books: Books, { invoices, paid }: Sold): void {
  const compare = (what: string, ours: Map<string, bigint>, theirs: Map<string, bigint>): void => {
    for (const currency of new Set([...ours.keys(), ...theirs.keys()])) {
      const [mine = 0n, there = 0n] = [ours.get(currency), theirs.get(currency)];
      if (mine === there) continue;
      const detail = `${currency}: Stripe ${mine}, ${books.system} ${there}`;
      differences.push({ what: `sum of ${what}`, object: "", detail });
    }
  };
  const booked = (type: string) =>
    sumBy(books.of(type), (one) => [one.currency.toLowerCase(), one.total]);
  const billed = sumBy(invoices, (one) => [one.currency, BigInt(one.total)]);
  compare("invoices", billed, booked("invoice"));
  const received = sumBy(paid, (one) => [one.currency, BigInt(one.amount_received)]);
  compare("payments", received, booked("customerPayment"));
}

function sumBy<T>(list: readonly T[], read: (one: T) => [string, bigint]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const one of list) {
    const [currency, minor] = read(one);
    sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  }
  return sums;
}
