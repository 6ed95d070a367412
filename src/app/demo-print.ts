/** The demo's report for people. */
import { makePaint } from "../cli/paint.ts";
import { printCauses, printVerify } from "../cli/print-lists.ts";
import { printStory } from "../cli/print-story.ts";
import { printTable } from "../cli/print-table.ts";
import type { DemoReport } from "./demo-report.ts";
import { systemClock } from "./system.ts";

export function printReport(report: DemoReport, seconds: number, colour: boolean): string {
  const paint = makePaint(colour);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const style = { paint, zone, width: 110, nowMs: systemClock.now() };
  const head = (text: string): string => `\n${paint.strong(text)}\n`;
  return [
    head("What happened, per system"),
    systems(report),
    head("What was planted, and what became of it"),
    plantedTable(report),
    head("Open exceptions: what a person must settle"),
    printCauses(report.causes, style),
    head("The books against an independent answer key"),
    books(report),
    ...secondBooks(report, head),
    head("What must always hold"),
    printVerify(report.invariants, style),
    ...(report.story === undefined ? [] : [head("One story"), printStory(report.story, style)]),
    verdict(report, seconds),
    NEXT,
  ].join("");
}

function systems(report: DemoReport): string {
  const { accounts, systems: counts } = report;
  const told = counts.intake.map((one) => `${one.facts} ${one.verdict}`).join(", ");
  const ways = counts.origins.map((one) => `${one.facts} by ${one.origin}`).join(", ");
  const lines = [
    ...accounts.map(
      ({ connection, delivery }) =>
        `  ${connection.padEnd(10)} ${delivery.delivered} webhooks delivered, ${delivery.duplicates} of them twice, ${delivery.lost} lost on the way`,
    ),
    `  Tieout     facts: ${told} (kept ${ways})`,
  ];
  for (const target of new Set(counts.targets.map((one) => one.target))) {
    const states = counts.targets
      .filter((one) => one.target === target)
      .map((one) => `${one.handoffs} ${one.state}`);
    lines.push(`  ${target.padEnd(11)} handoffs: ${states.join(", ")}`);
  }
  const calls = counts.outcomes.map((one) => `${one.calls} ${one.class}`).join(", ");
  const skips = counts.skips.map((one) => `${one.events} by rule "${one.rule}"`).join(", ");
  lines.push(`  calls      ${calls}`);
  if (skips !== "") lines.push(`  not sent   ${skips}`);
  return `${lines.join("\n")}\n`;
}

function plantedTable(report: DemoReport): string {
  if (report.planted.length === 0) {
    return "Nothing this time: the month was told by an earlier start. --reset tells it anew.\n";
  }
  return printTable(report.planted, [
    { title: "planted", value: (one) => one.planted },
    {
      title: "struck",
      right: true,
      value: (one) => (one.struck === undefined ? "" : String(one.struck)),
    },
    { title: "what must become of it", value: (one) => one.expected },
  ]);
}

function books(report: DemoReport): string {
  const { expected, differences, held } = report.books;
  const table = printTable(expected, [
    { title: "document", value: (one) => one.type },
    { title: "currency", value: (one) => one.currency },
    { title: "count", right: true, value: (one) => String(one.count) },
    { title: "total", right: true, value: (one) => one.total },
  ]);
  const open = held.map((one) => `${one.documents} by ${one.fault}`).join(", ");
  const verdict =
    differences.length === 0
      ? `Computed from Stripe's own lists, read from NetSuite's own records: equal to the cent. Held for a person: ${open}.`
      : differences
          .map(
            (one) =>
              `DIFFERS ${one.type} ${one.currency}: expected ${one.expected.count} of ${one.expected.total}, found ${one.actual.count} of ${one.actual.total}`,
          )
          .join("\n");
  return `${table}${verdict}\n`;
}

/** Tryton's trial balance beside what the event log says, account by account. */
function secondBooks({ secondBooks: found }: DemoReport, head: (text: string) => string): string[] {
  if (found === undefined) return [];
  const table = printTable(found.accounts, [
    { title: "account", value: (one) => one.account },
    { title: "currency", value: (one) => one.currency },
    { title: "event log", right: true, value: (one) => one.log },
    { title: "tryton", right: true, value: (one) => one.book },
    { title: "", value: (one) => (one.equal ? "" : "DIFFERS") },
  ]);
  const said = found.equal
    ? `${found.entries} entries that the event log posts, and Tryton's own trial balance: equal, account by account.`
    : `The ${found.entries} entries that the event log posts and Tryton's own trial balance DIFFER.`;
  const title = `The books of ${found.company}, kept by a real Tryton`;
  return [head(title), `${table}${said}\n`];
}

function verdict(report: DemoReport, seconds: number): string {
  const { invariants } = report;
  const agree = report.books.differences.length === 0 && report.secondBooks?.equal !== false;
  const books = agree ? "the books agree" : "THE BOOKS DIFFER";
  const cases = report.causes.reduce((sum, one) => sum + one.cases, 0);
  return `\nIn ${Math.round(seconds)} s: ${books}; ${invariants.held} invariants held, ${invariants.violated} violated; ${cases} cases of ${report.causes.length} causes wait for a person.\n`;
}

const NEXT = `
Next: \`npm start\` keeps it running; then, in another terminal,
  npm run tieout -- trace <any id above>        the story of anything
  npm run tieout -- exceptions ls               the queue
  npm run tieout -- audit verify                the invariants, against the target itself
`;
