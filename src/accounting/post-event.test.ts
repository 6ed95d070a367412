import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  appliedEvent,
  creditMemoEvent,
  invoiceEvent,
  paymentEvent,
} from "../../test/support/posting-samples.ts";
import { amountText, money, moneyToWire } from "../kernel/money.ts";
import { compareBalances, groupBalances, sumEntries } from "./balances.ts";
import { postEvent, postingMemory, postingTypes } from "./post-event.ts";
import type { JournalEntry } from "./types.ts";

const post = (...events: Parameters<typeof postEvent>[0][]): JournalEntry[] => {
  const memory = postingMemory();
  return events.flatMap((event) => postEvent(event, memory) ?? []);
};
const balancesOf = (entries: readonly JournalEntry[]) =>
  sumEntries(entries).map((one) => `${one.account} ${amountText(one.balance)}`);

describe("documents", () => {
  test("given an invoice, then the customer owes gross, and net and tax are owed by us", () => {
    const [entry] = post(invoiceEvent("invoice.finalized", "100.00", "19.00"));
    expect(entry).toMatchObject({
      entity: "acme-gmbh",
      date: "2026-03-05",
      document: "stripe-eu/invoice/in_1",
      rule: "invoice-finalized",
      lines: [
        { account: "receivable", debit: { minor: 11900n }, credit: { minor: 0n } },
        { account: "contract-liability", debit: { minor: 0n }, credit: { minor: 10000n } },
        { account: "tax-payable", debit: { minor: 0n }, credit: { minor: 1900n } },
      ],
    });
  });

  test("given a negative invoice, then the sides turn and no line is negative", () => {
    const [entry] = post(invoiceEvent("invoice.finalized", "-100.00", "-19.00"));
    expect(entry?.lines[0]).toMatchObject({ account: "receivable", credit: { minor: 11900n } });
    expect(entry?.lines.every((one) => one.debit.minor >= 0n && one.credit.minor >= 0n)).toBe(true);
  });

  test("given an invoice is voided at night in UTC, then its day is that of the entity's zone", () => {
    const issued = invoiceEvent("invoice.finalized", "100.00", "19.00");
    const voided = invoiceEvent("invoice.voided", "100.00", "19.00", "2026-03-31T22:30:00.000Z");
    const entries = post(issued, voided);
    expect(entries[1]?.date).toBe("2026-04-01");
    expect(balancesOf(entries)).toEqual([
      "contract-liability 0.00",
      "receivable 0.00",
      "tax-payable 0.00",
    ]);
  });

  test("given a credit memo, voided again, then nothing of it is left", () => {
    const issued = creditMemoEvent("credit-memo.issued", "10.00", "1.90");
    expect(balancesOf(post(issued))).toEqual([
      "contract-liability 10.00",
      "receivable -11.90",
      "tax-payable 1.90",
    ]);
    const both = post(issued, creditMemoEvent("credit-memo.voided", "10.00", "1.90"));
    expect(sumEntries(both).every((one) => one.balance.minor === 0n)).toBe(true);
  });

  test("given a document of zero or a status, then nothing posts", () => {
    expect(post(invoiceEvent("invoice.finalized", "0.00", "0.00"))).toEqual([]);
    expect(post(invoiceEvent("invoice.paid", "100.00", "19.00"))).toEqual([]);
    expect(postingTypes).not.toContain("invoice.paid");
  });
});

describe("money", () => {
  test("given a payment that says what it paid, then the rest is the customer's credit", () => {
    expect(balancesOf(post(paymentEvent("150.00", [["in_1", "119.00"]])))).toEqual([
      "clearing 150.00",
      "customer-credit -31.00",
      "receivable -119.00",
    ]);
  });

  test("given an allocation is told twice, in whatever order, then it counts once", () => {
    const payment = paymentEvent("150.00", [["in_1", "119.00"]]);
    const applied = appliedEvent("in_1", "119.00");
    const later = appliedEvent("in_2", "31.00");
    const once = sumEntries(post(payment, later));
    expect(sumEntries(post(payment, applied, later))).toEqual(once);
    expect(sumEntries(post(applied, later, payment))).toEqual(once);
    expect(once.find((one) => one.account === "receivable")?.balance.minor).toBe(-15000n);
  });
});

describe("a fact told twice", () => {
  test("given a payment was fetched and its own event came later, then it posts once", () => {
    const told = paymentEvent("150.00", [["in_1", "119.00"]]);
    const fetched = { ...told, id: `${told.id}-fetched` };
    expect(post(fetched, told)).toHaveLength(1);
    expect(sumEntries(post(fetched, told))).toEqual(sumEntries(post(told)));
  });
});

describe("every posting", () => {
  const cents = fc.bigInt({ min: -10_000_000n, max: 10_000_000n });
  const currency = fc.constantFrom("EUR", "JPY", "KWD");
  const type = fc.constantFrom("invoice.finalized", "invoice.voided");

  test("balances, whatever the document says", () => {
    fc.assert(
      fc.property(cents, cents, currency, type, (net, tax, code, name) => {
        const wire = (minor: bigint) => moneyToWire(money(minor, code)).amount;
        const [entry] = post(invoiceEvent(name, wire(net), wire(tax), undefined, code));
        const sum = (entry?.lines ?? []).reduce((t, l) => t + l.debit.minor - l.credit.minor, 0n);
        expect(sum).toBe(0n);
        // Each balance is what the document says of it: nothing balances by being left out.
        const sign = name === "invoice.finalized" ? 1n : -1n;
        const of = (account: string) =>
          sumEntries(entry === undefined ? [] : [entry]).find((one) => one.account === account)
            ?.balance.minor ?? 0n;
        expect(of("receivable")).toBe(sign * (net + tax));
        expect(of("contract-liability")).toBe(-sign * net);
        expect(of("tax-payable")).toBe(-sign * tax);
      }),
    );
  });

  test("balances, whatever a payment paid", () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { maxLength: 5 });
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 0n, max: 1_000_000n }), (paid, rest) => {
        const total = paid.reduce((a, b) => a + b, rest);
        const wire = (minor: bigint) => moneyToWire(money(minor, "EUR")).amount;
        const allocations = paid.map((one, n): [string, string] => [`in_${n}`, wire(one)]);
        const sums = sumEntries(post(paymentEvent(wire(total), allocations)));
        const of = (account: string) =>
          sums.find((one) => one.account === account)?.balance.minor ?? 0n;
        expect([of("clearing"), of("receivable"), of("customer-credit")]).toEqual([
          total,
          rest - total,
          -rest === 0n ? 0n : -rest,
        ]);
      }),
    );
  });
});

test("given a book keeps two roles on one account, then their sum is compared", () => {
  const ours = sumEntries(post(paymentEvent("150.00", [["in_1", "119.00"]])));
  const name = (role: string) => (role === "clearing" ? "1120" : "1200");
  const grouped = groupBalances(ours, name);
  const theirs = [
    { entity: "acme-gmbh", account: "1120", balance: { minor: 15000n, currency: "EUR" } },
    { entity: "acme-gmbh", account: "1200", balance: { minor: -15000n, currency: "EUR" } },
  ];
  expect(compareBalances(grouped, theirs)).toEqual([]);
  const moved = theirs.map((one) => ({ ...one, balance: { minor: 15000n, currency: "EUR" } }));
  expect(compareBalances(grouped, moved)).toEqual([
    {
      entity: "acme-gmbh",
      account: "1200",
      currency: "EUR",
      left: { minor: -15000n, currency: "EUR" },
      right: { minor: 15000n, currency: "EUR" },
    },
  ]);
});
