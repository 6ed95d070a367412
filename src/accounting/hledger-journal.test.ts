import { expect, test } from "vitest";
import { isTieoutError } from "../kernel/errors.ts";
import { money } from "../kernel/money.ts";
import { journalText, readBalances } from "./hledger-journal.ts";

const eur = (minor: bigint) => money(minor, "EUR");

test("given an entry with signs that mean something to hledger, then it stays one entry", () => {
  const text = journalText({
    entity: "acme: north  GmbH",
    date: "2026-03-05",
    document: "stripe/invoice/(1); x\ny",
    rule: "invoice-finalized",
    lines: [
      { account: "receivable", debit: eur(11900n), credit: eur(0n) },
      { account: "contract-liability", debit: eur(0n), credit: eur(11900n) },
    ],
  });
  expect(text).toBe(
    [
      "2026-03-05 (stripe/invoice/_1__ x_y) invoice-finalized",
      "    acme%3A%20north%20%20GmbH:receivable  EUR 119.00",
      "    acme%3A%20north%20%20GmbH:contract-liability  EUR -119.00",
      "",
      "",
    ].join("\n"),
  );
});

test("given hledger's table, then balances with the names they had", () => {
  const csv = [
    '"account","commodity","balance"',
    '"acme%3A%20north:receivable","EUR","119.00"',
    '"acme%3A%20north:receivable","JPY","-100"',
    '"acme%3A%20north:clearing","EUR","0.00"',
  ].join("\n");
  expect(readBalances(`${csv}\n`)).toEqual([
    { entity: "acme: north", account: "receivable", balance: eur(11900n) },
    { entity: "acme: north", account: "receivable", balance: money(-100n, "JPY") },
    { entity: "acme: north", account: "clearing", balance: eur(0n) },
  ]);
});

test("given another form, then it is refused and not taken for zero", () => {
  const head = '"account","commodity","balance"';
  for (const csv of [
    "",
    "account,commodity",
    `${head}\n"a:b","EUR","1,00"`,
    `${head}\n"a","EUR","1"`,
  ]) {
    expect(() => readBalances(csv)).toThrow(
      expect.toSatisfy((e) => isTieoutError(e, "E_ACCOUNTING_BALANCES_MALFORMED")),
    );
  }
});
