// hledger, a bookkeeping program by others (hledger.org, Debian package), as an independent adder.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { Balance } from "../src/accounting/balances.ts";
import type { JournalText } from "../src/accounting/hledger-journal.ts";
import {
  BALANCE_ARGUMENTS,
  JOURNAL_HEAD,
  journalText,
  readBalances,
} from "../src/accounting/hledger-journal.ts";

export function hasHledger(): boolean {
  return spawnSync("hledger", ["--version"]).status === 0;
}

/** Feeds entries to hledger as they come and returns the balances it computed. */
export async function balancesByHledger(
  entries: AsyncIterable<JournalText> | Iterable<JournalText>,
): Promise<Balance[]> {
  const child = spawn("hledger", ["-f", "-", ...BALANCE_ARGUMENTS], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  let [table, said] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    table += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // hledger that stops reading says why on stderr; our write fails for that reason only.
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close");
  child.stdin.write(JOURNAL_HEAD);
  for await (const entry of entries) {
    if (!child.stdin.write(journalText(entry))) {
      await Promise.race([once(child.stdin, "drain"), closed]);
    }
  }
  child.stdin.end();
  const [status] = (await closed) as [number | null];
  if (status !== 0) throw new Error(`hledger ended with ${status}: ${said.trim()}`);
  return readBalances(table);
}
