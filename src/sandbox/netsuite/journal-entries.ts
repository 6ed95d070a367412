/** Journal entries: they balance, or they do not exist. */
import { fromMinor, toMinor } from "./amounts.ts";
import { missingValues, userError } from "./refusal.ts";
import type { Composed } from "./sales-documents.ts";
import type { Composition, Movement } from "./transaction-terms.ts";
import { settle, settledBody, toPostings } from "./transaction-terms.ts";
import type { Line } from "./types.ts";

/** Computes a journal entry. Texts of both refusals are [mem]. */
export function composeJournal(job: Composition): Composed {
  const { body, sublists } = job.merged;
  if (body["subsidiary"] === undefined) throw missingValues(["Subsidiary"]);
  const subsidiary = String(body["subsidiary"]);
  const base = job.books.get("subsidiary", subsidiary)?.body["currency"];
  const terms = settle(job, subsidiary, String(body["currency"] ?? base));
  const given = sublists["line"] ?? [];
  if (given.length < 2) throw userError("You must enter at least two lines for this transaction.");
  const lines = given.map((line) => rounded(line, terms.digits));
  const movements = lines.map((line, index) => movement(line, index, terms.digits));
  const balance = movements.reduce((sum, one) => sum + one.amount, 0n);
  if (balance !== 0n) throw userError("The amounts in a journal entry must balance.");
  const debits = movements.reduce((sum, one) => (one.amount > 0n ? sum + one.amount : sum), 0n);
  const posts = body["approved"] !== false;
  return {
    body: settledBody(job, terms),
    sublists: { ...sublists, line: lines },
    facts: {
      subtotal: debits.toString(),
      tax: "0",
      total: debits.toString(),
      period: terms.period,
      postings: posts ? toPostings(movements, terms) : [],
      applications: [],
    },
  };
}

/** The lines of the entry that takes this one back. */
export function reversedLines(lines: readonly Line[]): Line[] {
  return lines.map(({ debit, credit, ...rest }) => ({
    ...rest,
    ...(credit === undefined ? {} : { debit: credit }),
    ...(debit === undefined ? {} : { credit: debit }),
  }));
}

function rounded(line: Line, digits: number): Line {
  const side = (name: "credit" | "debit") =>
    line[name] === undefined
      ? {}
      : { [name]: fromMinor(toMinor(String(line[name]), digits), digits) };
  return { ...line, ...side("debit"), ...side("credit") };
}

function movement(line: Line, index: number, digits: number): Movement {
  if (typeof line["account"] !== "string") throw missingValues(["Account"]);
  const debit = toMinor(String(line["debit"] ?? "0"), digits);
  const credit = toMinor(String(line["credit"] ?? "0"), digits);
  if (debit < 0n || credit < 0n || (debit === 0n) === (credit === 0n)) {
    throw userError("Each line of a journal entry needs either a debit or a credit.");
  }
  return { account: line["account"], amount: debit - credit, line: index + 1, tax: false };
}
