/**
 * Entries as hledger reads them, and its balances as we read them. hledger (hledger.org) is a
 * program by others that knows nothing of us: it adds up what we say we posted.
 */
import type { Money } from "../kernel/money.ts";
import { amountText, isZeroMoney, money, parseMoney, subtractMoney } from "../kernel/money.ts";
import type { AnyEntry, Balance } from "./balances.ts";
import { accountingErrors } from "./errors.ts";
import type { JournalEntry } from "./types.ts";

/** An entry of any ledger; the date decides its place in the journal and nothing else. */
export type JournalText = AnyEntry & Pick<JournalEntry, "date" | "document" | "rule">;

/** Arguments under which hledger prints what `readBalances` reads. */
export const BALANCE_ARGUMENTS: readonly string[] = [
  ...["balance", "--flat", "--no-total", "--empty"],
  ...["--output-format", "csv", "--layout", "bare"],
];

/** Stands before the first entry: a point is a decimal mark, whatever the machine's habits. */
export const JOURNAL_HEAD = "decimal-mark .\n\n";

/** One transaction of the journal, with a blank line after it. hledger refuses it unbalanced. */
export function journalText(entry: JournalText): string {
  const lines = entry.lines.map(({ account, debit, credit }) => {
    const amount = subtractMoney(debit, credit);
    return `    ${accountName(entry.entity, account)}  ${amountOf(amount)}\n`;
  });
  return `${entry.date} (${plain(entry.document)}) ${plain(entry.rule)}\n${lines.join("")}\n`;
}

function amountOf(amount: Money): string {
  return `${amount.currency} ${amountText(amount)}`;
}

/**
 * A colon would make a hierarchy and two blanks end the name; both are written as signs that
 * neither an entity nor an account may hold, so that different names stay different.
 */
function accountName(entity: string, account: string): string {
  return `${encode(entity)}:${encode(account)}`;
}

function encode(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
}

/** In descriptions only: signs that mean something to hledger give way. */
function plain(text: string): string {
  return text.replace(/[();|\n\r]/g, "_");
}

const LINE = /^"([^":]*):([^":]*)","([A-Z]{3})","(-?[0-9.]+)"$/;

/** Reads the table that hledger printed under BALANCE_ARGUMENTS. */
export function readBalances(csv: string): Balance[] {
  const [head, ...lines] = csv.trim().split("\n");
  if (head !== '"account","commodity","balance"') throw malformed(head ?? "");
  return lines.flatMap((line) => {
    // An account that nothing moved has no commodity.
    if (/^"[^"]*","","0"$/.test(line)) return [];
    const [, entity, account, currency, amount] = LINE.exec(line) ?? [];
    if (entity === undefined || account === undefined) throw malformed(line);
    if (currency === undefined || amount === undefined) throw malformed(line);
    const balance = parseMoney({ amount, currency });
    return [
      {
        entity: decodeURIComponent(entity),
        account: decodeURIComponent(account),
        balance: isZeroMoney(balance) ? money(0n, currency) : balance,
      },
    ];
  });
}

function malformed(line: string): Error {
  return accountingErrors.E_ACCOUNTING_BALANCES_MALFORMED({ line });
}
