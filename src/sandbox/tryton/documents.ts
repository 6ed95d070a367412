/**
 * What a person in Tryton's own client does: by hand, without any reference of ours. Tests use it
 * to make the server refuse, and to move books behind the product's back.
 */
import type { SeededCompany } from "./company-spec.ts";
import { trytonErrors } from "./errors.ts";
import { listPeriods } from "./inspect.ts";
import type { TrytonAnswer, TrytonRpc } from "./rpc.ts";
import { confirmWarning } from "./rpc.ts";
import { trytonDate, trytonDecimal } from "./values.ts";

export interface Customer {
  readonly party: number;
  readonly address: number;
}

export async function createCustomer(
  rpc: TrytonRpc,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Customer> {
  const addresses = [["create", [{ street: "1 Main St", city: "Springfield" }]]];
  const party = await rpc.create("party.party", { name, addresses, ...more });
  const [row] = await rpc.call<{ addresses: number[] }[]>(
    "model.party.party.read",
    [party],
    ["addresses"],
  );
  return { party, address: row?.addresses[0] ?? 0 };
}

export interface InvoiceByHand {
  readonly customer: Customer;
  readonly reference: string;
  readonly date: string;
  /** Decimal text of the one line. */
  readonly amount: string;
  /** Code of the account the line goes to. */
  readonly account: string;
  /** Name of the tax, none by default. */
  readonly tax?: string;
}

/** A draft; throws E_TRYTON_CALL. A negative amount makes a credit note. */
export function draftInvoice(
  rpc: TrytonRpc,
  seeded: SeededCompany,
  { customer, reference, date, amount, account, tax }: InvoiceByHand,
): Promise<number> {
  const { company, currency } = seeded;
  const negative = amount.startsWith("-");
  const taxes = tax === undefined ? {} : { taxes: [["add", [seeded.taxes[tax]]]] };
  const line = {
    type: "line",
    account: seeded.accounts[account],
    description: reference,
    quantity: negative ? -1 : 1,
    unit_price: trytonDecimal(negative ? amount.slice(1) : amount),
    currency,
    company,
    invoice_type: "out",
    party: customer.party,
    ...taxes,
  };
  return rpc.create("account.invoice", {
    type: "out",
    company,
    currency,
    reference,
    party: customer.party,
    invoice_address: customer.address,
    journal: seeded.journals["revenue"],
    account: seeded.receivable,
    payment_term: seeded.paymentTerm,
    invoice_date: trytonDate(date),
    lines: [["create", [line]]],
  });
}

/** Posts a draft and says yes to every warning; a refusal comes back as a value. */
export async function postInvoice(rpc: TrytonRpc, id: number): Promise<TrytonAnswer<unknown>> {
  for (;;) {
    const answer = await rpc.attempt("model.account.invoice.post", [[id]]);
    if (answer.ok || answer.refusal.warning === undefined) return answer;
    await confirmWarning(rpc, answer.refusal.warning);
  }
}

/** Cancels an invoice by hand; Tryton books the reverse. Throws E_TRYTON_CALL. */
export async function cancelInvoice(rpc: TrytonRpc, id: number): Promise<void> {
  await rpc.call("model.account.invoice.cancel", [id]);
}

export interface EntryByHand {
  readonly date: string;
  readonly debit: { readonly account: string; readonly amount: string };
  readonly credit: { readonly account: string; readonly amount: string };
}

/** A journal entry as a draft; a refusal comes back as a value. */
export async function draftEntry(
  rpc: TrytonRpc,
  seeded: SeededCompany,
  { date, debit, credit }: EntryByHand,
): Promise<TrytonAnswer<number[]>> {
  const zero = trytonDecimal("0");
  const period = await periodOf(rpc, seeded.company, date.slice(0, 7));
  const lines = [
    {
      account: seeded.accounts[debit.account],
      debit: trytonDecimal(debit.amount),
      credit: zero,
    },
    {
      account: seeded.accounts[credit.account],
      debit: zero,
      credit: trytonDecimal(credit.amount),
    },
  ];
  const entry = {
    company: seeded.company,
    journal: seeded.journals["revenue"],
    period,
    date: trytonDate(date),
    lines: [["create", lines]],
  };
  return rpc.attempt("model.account.move.create", [[entry]]);
}

export function postEntry(rpc: TrytonRpc, id: number): Promise<TrytonAnswer<unknown>> {
  return rpc.attempt("model.account.move.post", [[id]]);
}

/** Closes a month: `2026-01`. Throws E_TRYTON_CALL, E_TRYTON_RECORD_MISSING. */
export async function closePeriod(rpc: TrytonRpc, company: number, month: string): Promise<void> {
  await rpc.call("model.account.period.close", [await periodOf(rpc, company, month)]);
}

/**
 * Opens a closed month again; a locked one stays locked for good. Closing a month closes each
 * journal's own period with it, and opening it leaves those closed: `openJournals` opens them too.
 */
export async function reopenPeriod(rpc: TrytonRpc, company: number, month: string): Promise<void> {
  await rpc.call("model.account.period.reopen", [await periodOf(rpc, company, month)]);
}

/** Opens what the journals have closed of an open month. */
export async function openJournals(rpc: TrytonRpc, company: number, month: string): Promise<void> {
  const closed = await rpc.list(
    "account.journal.period",
    [
      ["period", "=", await periodOf(rpc, company, month)],
      ["state", "=", "close"],
    ],
    ["state"],
  );
  if (closed.length === 0) return;
  await rpc.call(
    "model.account.journal.period.reopen",
    closed.map((row) => row.id),
  );
}

async function periodOf(rpc: TrytonRpc, company: number, month: string): Promise<number> {
  const found = (await listPeriods(rpc, company)).find((one) => one.name === month);
  if (found !== undefined) return found.id;
  throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "account.period", wanted: month });
}
