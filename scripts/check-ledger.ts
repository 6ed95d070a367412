// Has hledger add up what the event log posts, and compares account by account: with our own sums,
// and with the books that can be read. `npm run check:ledger` looks at what runs on this data
// folder (`npm run demo -- --keep-running`) or at DATABASE_URL, and finds the books of both
// companies by itself. Exit code: 0 all equal, 3 something
// differs, 5 hledger is absent and cannot be installed here, 1 anything else.
import type { Balance } from "../src/accounting/balances.ts";
import { compareBalances, groupBalances, sumEntries } from "../src/accounting/balances.ts";
import type { JournalEntry } from "../src/accounting/types.ts";
import { connect, sandboxAddresses } from "../src/app/connect.ts";
import { readEnvironment } from "../src/app/environment.ts";
import { isTieoutError, messageOf } from "../src/kernel/errors.ts";
import { formatMoney } from "../src/kernel/money.ts";
import { readPostings } from "../src/operations/read-postings.ts";
import { ensurePackages } from "../src/sandbox/tryton/install-packages.ts";
import type { OutsideBook } from "./outside-books.ts";
import { netSuiteSandboxBook, trytonBook } from "./outside-books.ts";
import { balancesByHledger, hasHledger } from "./run-hledger.ts";

const [EQUAL, FAILED, DIFFERENT, CANNOT_BE_INSTALLED] = [0, 1, 3, 5];
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const log = {
  info: (_: unknown, text: string) => say(text),
  warn: (_: unknown, text: string) => say(text),
};

/** Reads entries once for both adders: hledger takes them as they come, we keep the sums. */
async function addTwice(entries: AsyncIterable<JournalEntry>) {
  const seen: JournalEntry[] = [];
  async function* watched(): AsyncIterable<JournalEntry> {
    for await (const entry of entries) {
      seen.push(entry);
      yield entry;
    }
  }
  const hledger = await balancesByHledger(watched());
  return { hledger, own: sumEntries(seen), count: seen.length };
}

/** Prints a table and returns how many accounts differ. */
function compare(title: string, left: readonly Balance[], right: readonly Balance[]): number {
  const differences = compareBalances(left, right);
  const verdict = differences.length === 0 ? "equal" : `${differences.length} differ`;
  say(`${title}: ${left.length} balances, ${verdict}`);
  for (const { entity, account, left: ours, right: theirs } of differences) {
    say(`  ${entity} ${account}: ${formatMoney(ours)} against ${formatMoney(theirs)}`);
  }
  return differences.length;
}

/** Prints how a book stands and returns how many accounts differ. */
async function compareBook(
  pool: Parameters<typeof readPostings>[0],
  book: OutsideBook,
): Promise<number> {
  const booked = await addTwice(readPostings(pool, book.target));
  const ours = booked.hledger.filter((one) => one.entity === book.entity);
  const title = `${book.name} (${book.entity}) against the ${booked.count} entries it confirmed, by hledger`;
  const differing = compare(title, groupBalances(ours, book.nameOfRole), book.balances);
  for (const { account, balance } of book.balances) say(`  ${account} ${formatMoney(balance)}`);
  return differing;
}

async function main(): Promise<number> {
  await ensurePackages({ packages: ["hledger"], isThere: hasHledger, log });
  const environment = readEnvironment();
  const connected = await connect(environment);
  if (connected === undefined) {
    say(`Nothing runs on ${environment.dataDir}. Start it, or set DATABASE_URL.`);
    return FAILED;
  }
  const { pool } = connected.context;
  try {
    const all = await addTwice(readPostings(pool));
    say(`The event log posts ${all.count} entries.`);
    for (const { entity, account, balance } of all.hledger) {
      say(`  ${entity} ${account} ${formatMoney(balance)}`);
    }
    let differing = compare("our sums against hledger", all.own, all.hledger);
    const { netsuite, british } = sandboxAddresses(environment);
    const sandboxesRun = environment.configFile === undefined;
    const books = await Promise.all([
      netSuiteSandboxBook(netsuite, sandboxesRun),
      trytonBook(environment.variables, british?.books),
    ]);
    let unread = 0;
    for (const book of books) {
      if ("why" in book) {
        say(`not compared: ${book.why}`);
        unread += book.mustBeRead ? 1 : 0;
      } else differing += await compareBook(pool, book);
    }
    if (differing > 0) return DIFFERENT;
    return unread === 0 ? EQUAL : FAILED;
  } finally {
    await connected.close();
  }
}

try {
  process.exitCode = await main();
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  const absent = ["E_TRYTON_ABSENT", "E_TRYTON_INSTALL"].some((code) =>
    isTieoutError(thrown, code),
  );
  process.exitCode = absent ? CANNOT_BE_INSTALLED : FAILED;
}
