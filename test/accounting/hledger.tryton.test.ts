/** hledger adds up what we say that we posted, and what Tryton says that it did. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { balancesByHledger } from "../../scripts/run-hledger.ts";
import { compareBalances, sumEntries } from "../../src/accounting/balances.ts";
import type { JournalText } from "../../src/accounting/hledger-journal.ts";
import { postEvent, postingMemory } from "../../src/accounting/post-event.ts";
import { money, moneyToWire, parseMoney } from "../../src/kernel/money.ts";
import {
  cancelInvoice,
  createCustomer,
  draftEntry,
  draftInvoice,
  postEntry,
  postInvoice,
} from "../../src/sandbox/tryton/documents.ts";
import { listEntries, trialBalance } from "../../src/sandbox/tryton/inspect.ts";
import { demand } from "../../src/sandbox/tryton/rpc.ts";
import { creditMemoEvent, invoiceEvent, paymentEvent } from "../support/posting-samples.ts";
import type { TrytonRoom } from "../support/tryton-room.ts";
import { trytonWithCompany } from "../support/tryton-room.ts";

let room: TrytonRoom;
beforeAll(async () => {
  room = await trytonWithCompany();
});
afterAll(() => room?.server.destroy());

test("given events of three currencies, then hledger's balances are ours", async () => {
  const cents = fc.bigInt({ min: -10_000_000n, max: 10_000_000n });
  const document = fc.tuple(cents, cents, fc.constantFrom("EUR", "JPY", "KWD"));
  const documents = fc.array(document, { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(documents, async (all) => {
      const memory = postingMemory();
      const events = all.map(([net, tax, code], n) => {
        const wire = (minor: bigint) => moneyToWire(money(minor, code)).amount;
        const event = invoiceEvent("invoice.finalized", wire(net), wire(tax), undefined, code);
        // Each of its own invoice: one that is told twice posts once.
        return { ...event, subject: `${event.subject}-${n}` };
      });
      const more = [
        creditMemoEvent("credit-memo.issued", "10.00", "1.90"),
        paymentEvent("150.00", [["in_1", "119.00"]]),
      ];
      const entries = [...events, ...more].flatMap((event) => postEvent(event, memory) ?? []);
      const own = sumEntries(entries);
      expect(compareBalances(own, await balancesByHledger(entries))).toEqual([]);
      // And a cent that somebody moved is found.
      const [first, ...rest] = own;
      if (first === undefined) throw new Error("nothing posted");
      const cent = money(1n, first.balance.currency);
      const moved = [{ ...first, balance: parseMoney(moneyToWire(plus(first.balance, cent))) }];
      const found = compareBalances([...moved, ...rest], await balancesByHledger(entries));
      expect(found).toHaveLength(1);
    }),
    { numRuns: 15 },
  );
});

const plus = (a: ReturnType<typeof money>, b: ReturnType<typeof money>) =>
  money(a.minor + b.minor, a.currency);

test("given an entry that does not balance, then hledger refuses it", async () => {
  const zero = money(0n, "EUR");
  const entry: JournalText = {
    ...{ entity: "acme", date: "2026-03-05", document: "x", rule: "wrong" },
    lines: [
      { account: "receivable", debit: money(100n, "EUR"), credit: zero },
      { account: "tax-payable", debit: zero, credit: money(99n, "EUR") },
    ],
  };
  await expect(balancesByHledger([entry])).rejects.toThrow(/could not balance/);
});

test("given what Tryton posted, then hledger's balances are Tryton's trial balance", async () => {
  const { rpc, seeded } = room;
  const customer = await createCustomer(rpc, "Globex GmbH");
  const line = { customer, account: "4800", tax: "VAT 19%", date: "2026-12-05" };
  const ids: number[] = [];
  for (const [reference, amount] of [
    ["in_1", "100.00"],
    ["in_2", "49.99"],
    ["cn_1", "-10.00"],
  ] as const) {
    const id = await draftInvoice(rpc, seeded, { ...line, reference, amount });
    demand("post", await postInvoice(rpc, id));
    ids.push(id);
  }
  await cancelInvoice(rpc, ids[1] as number);
  const recognised = { account: "4800", amount: "8.33" };
  const earned = { account: "4000", amount: "8.33" };
  const entry = { date: "2026-12-31", debit: recognised, credit: earned };
  const [move] = demand("create", await draftEntry(rpc, seeded, entry));
  // A draft is not in the trial balance; it is in neither side here.
  const posted = async () => (await listEntries(rpc, seeded.company, "posted")).map(asJournal);
  const before = await posted();
  demand("post", await postEntry(rpc, move as number));
  const after = await posted();
  expect(after).toHaveLength(before.length + 1);
  const theirs = (await trialBalance(rpc, seeded.company)).map(({ code, balance }) => {
    return {
      entity: "de",
      account: code,
      balance: parseMoney({ amount: balance, currency: "EUR" }),
    };
  });
  expect(theirs.map((one) => [one.account, one.balance.minor])).toEqual([
    ["1200", 10710n],
    ["2300", -1710n],
    ["4000", -833n],
    ["4800", -8167n],
  ]);
  expect(compareBalances(await balancesByHledger(after), theirs)).toEqual([]);
  expect(compareBalances(await balancesByHledger(before), theirs)).toHaveLength(2);
});

type TrytonEntry = Awaited<ReturnType<typeof listEntries>>[number];

function asJournal({ id, date, lines }: TrytonEntry): JournalText {
  const eur = (amount: string) => parseMoney({ amount, currency: "EUR" });
  const entry = { entity: "de", date, document: `account.move,${id}`, rule: "posted by Tryton" };
  return {
    ...entry,
    lines: lines.map(({ account, debit, credit }) => {
      return { account, debit: eur(debit), credit: eur(credit) };
    }),
  };
}
