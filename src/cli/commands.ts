/**
 * Which operation stands behind which command, with words and examples. Options are not written
 * here: they are made from the operation's own input.
 */
import { operations } from "../operations/all-operations.ts";
import type { Story } from "../operations/story-shape.ts";
import type { VerifyResult } from "../operations/verify-invariants.ts";
import { CHECK_FAILED } from "../operations/verify-invariants.ts";
import type { CommandEntry } from "./command-entry.ts";
import { entry } from "./command-entry.ts";
import { clean } from "./paint.ts";
import { peopleCommands } from "./people-commands.ts";
import type { ListStyle } from "./print-lists.ts";
import {
  printConnections,
  printDoctor,
  printEvents,
  printHandoffs,
  printTrialBalance,
  printVerify,
} from "./print-lists.ts";
import { printObservation } from "./print-observation.ts";
import { printFinds, printHandoff, printOverview } from "./print-places.ts";
import { printResume } from "./print-resume.ts";
import { printRetentionPlan, printRetirement } from "./print-retention.ts";
import { printStory } from "./print-story.ts";
import { printTable } from "./print-table.ts";
import { timeText } from "./print-values.ts";
import { privacyCommands } from "./privacy-commands.ts";
import { nextPage, queueCommands } from "./queue-commands.ts";

export const DIFFERENCES = 3;
const FAILED = 1;

/** A check that broke off (an unreadable page, a lost connection) neither found nor held. */
export function verdictOf({ violated, results }: VerifyResult): number {
  if (violated > 0) return DIFFERENCES;
  return results.some(({ why }) => why?.startsWith(CHECK_FAILED)) ? FAILED : 0;
}

export const commandEntries: readonly CommandEntry[] = [
  entry(operations.findStory, {
    path: ["trace"],
    positional: "id",
    examples: ["tieout trace A-0001", "tieout trace in_1Pxyz --json", "tieout trace hof_0193…"],
    print: (story: Story, style: ListStyle) => printStory(story, style),
  }),
  entry(operations.search, {
    path: ["search"],
    positional: "q",
    examples: ["tieout search INV1042", 'tieout search "hudson ferry"'],
    print: printFinds,
  }),
  entry(operations.showOverview, {
    path: ["overview"],
    examples: ["tieout overview", "tieout overview --json"],
    print: printOverview,
  }),
  entry(operations.listEvents, {
    path: ["events", "ls"],
    examples: ["tieout events ls --type invoice.finalized --limit 20"],
    print: (result, style) => printEvents(result.events, style) + nextPage(result.next),
  }),
  entry(operations.showEvent, {
    path: ["events", "get"],
    positional: "id",
    examples: ["tieout events get evt_0193… --json"],
    print: (result) =>
      `${JSON.stringify(result.canonical, null, 2)}\n${result.raw === undefined ? "" : `\nRaw, as it came (${result.raw.kind}):\n${clean(result.raw.body)}\n`}`,
  }),
  entry(operations.listHandoffs, {
    path: ["handoffs", "ls"],
    examples: [
      "tieout handoffs ls --state waiting",
      "tieout handoffs ls --target netsuite --reason need",
    ],
    print: (result, style) => printHandoffs(result.handoffs, style) + nextPage(result.next),
  }),
  entry(operations.showHandoff, {
    path: ["handoffs", "show"],
    positional: "id",
    examples: ["tieout handoffs show hof_0193…"],
    print: printHandoff,
  }),
  ...queueCommands,
  entry(operations.observeTarget, {
    path: ["observe"],
    positional: "target",
    optionalPositional: true,
    examples: ["tieout observe", "tieout observe netsuite --days 400", "tieout observe --json"],
    print: printObservation,
    exitCode: (result) => (result.looks.some((one) => one.openCount > 0) ? DIFFERENCES : 0),
  }),
  entry(operations.listConnections, {
    path: ["connections"],
    examples: ["tieout connections"],
    print: printConnections,
  }),
  entry(operations.trialBalance, {
    path: ["trial-balance"],
    examples: ["tieout trial-balance", "tieout trial-balance --target netsuite-us --json"],
    print: printTrialBalance,
  }),
  entry(operations.verifyInvariants, {
    path: ["audit", "verify"],
    examples: [
      "tieout audit verify",
      "tieout audit verify --only NoLoss SingleEffect --json",
      "tieout audit verify --offline evidence.tsv    # needs no ledger",
      "tieout audit verify --offline evidence.tsv --root 17:9f88b0ae…",
    ],
    alone: ["offline"],
    print: printVerify,
    exitCode: verdictOf,
  }),
  entry(operations.exportEvidence, {
    path: ["audit", "export"],
    examples: ["tieout audit export --out evidence.tsv"],
    print: ({ file, bytes, blocks, rows }) =>
      `${rows} rows in ${blocks} blocks, ${bytes} bytes: ${file}\n`,
  }),
  entry(operations.showRoot, {
    path: ["audit", "root"],
    examples: ["tieout audit root", "tieout audit root --json"],
    print: (result, style) =>
      `${result.root ?? "Nothing is sealed yet."}\n` +
      (result.sealedAt === undefined
        ? ""
        : `sealed ${timeText(result.sealedAt, style.zone)}, ${result.rowsInBlock ?? 0} rows\n`) +
      `not sealed yet: ${result.unsealedRows} rows, the oldest for ${result.unsealedOldestSeconds} s\n`,
  }),
  entry(operations.planRetention, {
    path: ["retention", "plan"],
    examples: ["tieout retention plan", "tieout retention plan --json"],
    print: printRetentionPlan,
  }),
  entry(operations.runRetention, {
    path: ["retention", "run"],
    examples: ["tieout retention run --plan-hash 3f2a…    # as retention plan printed it"],
    print: printRetirement,
    exitCode: ({ months }) => (months.every((one) => one.retired) ? 0 : DIFFERENCES),
  }),
  entry(operations.doctor, {
    path: ["doctor"],
    examples: ["tieout doctor"],
    print: (result, style) => printDoctor(result.checks, style),
    exitCode: (result) => (result.healthy ? 0 : 1),
  }),
  entry(operations.stopSending, {
    path: ["sending", "stop"],
    examples: [
      'tieout sending stop --reason "the ERP is being upgraded"',
      'tieout sending stop --restored --reason "the disk was set back to Sunday"',
    ],
    print: ({ epoch, reason }) => `Sending is off (epoch ${epoch}): ${reason}\n`,
  }),
  entry(operations.resumeSending, {
    path: ["sending", "resume"],
    examples: [
      "tieout sending resume                                    # says what would follow",
      "tieout sending resume --confirm-original-is-dead --yes   # after a restore",
    ],
    print: printResume,
  }),
  entry(operations.listDeadLetters, {
    path: ["dead-letters", "ls"],
    examples: ["tieout dead-letters ls", "tieout dead-letters ls --state all"],
    print: (result, style) =>
      (result.deadLetters.length === 0
        ? "No dead letters.\n"
        : printTable(result.deadLetters, [
            { title: "opened", value: (one) => timeText(one.openedAt, style.zone) },
            { title: "connection", value: (one) => one.connection },
            { title: "kind", value: (one) => one.kind },
            { title: "tries", right: true, value: (one) => String(one.tries) },
            { title: "state", value: (one) => one.state },
            { title: "code", value: (one) => one.code },
            { title: "id", value: (one) => one.id },
            { title: "reason", value: (one) => one.reason },
          ])) + nextPage(result.next),
  }),
  ...peopleCommands,
  ...privacyCommands,
];

/** What groups of commands are about, for the help of the group. */
export const groupSummaries: Readonly<Record<string, string>> = {
  events: "Canonical events: what the sources told",
  handoffs: "Handoffs: one event to one target, and why each is where it is",
  exceptions: "Exceptions: what a person must settle",
  cases: "Single exceptions, one by one",
  proposals: "Proposals: what a second person must decide",
  audit: "Proof: what must always hold",
  retention: "Retention: months that are older than they are kept",
  "dead-letters": "What arrived and was not understood",
  sending: "Sending: may this ledger send at all",
  privacy: "Personal data: what is held of a party, and its erasure",
  keys: "Keys that personal data are ciphered under",
  user: "People: accounts and roles",
  token: "API tokens: for programs that act for a person",
};
