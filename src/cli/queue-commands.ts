/** Commands about exceptions, who works on them, and what two people decide about them. */
import { operations } from "../operations/all-operations.ts";
import type { CommandEntry } from "./command-entry.ts";
import { entry } from "./command-entry.ts";
import { printCases, printException } from "./print-exception.ts";
import { printCauses, printRetry } from "./print-lists.ts";
import {
  printAcceptance,
  printApproval,
  printExclusion,
  printProposals,
  printReferences,
  printRepair,
} from "./print-proposals.ts";
import { timeText } from "./print-values.ts";

const APPROVAL = 4;

const awaited = ({ proposal }: { proposal?: string | undefined }): number =>
  proposal === undefined ? 0 : APPROVAL;

export const queueCommands: readonly CommandEntry[] = [
  entry(operations.listExceptions, {
    path: ["exceptions", "ls"],
    examples: ["tieout exceptions ls", "tieout exceptions ls --target netsuite --json"],
    print: (result, style) => printCauses(result.causes, style),
  }),
  entry(operations.showException, {
    path: ["exceptions", "show"],
    positional: "id",
    examples: ["tieout exceptions show exc_0193…"],
    print: printException,
  }),
  entry(operations.retryException, {
    path: ["exceptions", "retry"],
    positional: "id",
    optionalPositional: true,
    examples: [
      "tieout exceptions retry exc_0193…          # shows the plan",
      "tieout exceptions retry exc_0193… --yes",
      'tieout exceptions retry --cause "netsuite E_X item prod_1" --yes',
    ],
    print: printRetry,
  }),
  entry(operations.excludeException, {
    path: ["exceptions", "exclude"],
    positional: "id",
    examples: [
      "tieout exceptions exclude exc_0193… --reason-code booked-by-hand \\\n    --expires-at 2027-01-01T00:00:00Z --yes",
    ],
    print: printExclusion,
    exitCode: awaited,
  }),
  entry(operations.listProposals, {
    path: ["proposals", "ls"],
    examples: ["tieout proposals ls"],
    print: (result, style) => printProposals(result, style) + nextPage(result.next),
  }),
  entry(operations.approveProposal, {
    path: ["proposals", "approve"],
    positional: "id",
    examples: ["tieout proposals approve pro_0193… --content-hash 3f2a…"],
    print: printApproval,
  }),
  entry(operations.rejectProposal, {
    path: ["proposals", "reject"],
    positional: "id",
    examples: ['tieout proposals reject pro_0193… --reason "it must be booked"'],
    print: ({ proposal }) => `Rejected ${proposal}; the exception stays open.\n`,
  }),
  entry(operations.acceptDifference, {
    path: ["exceptions", "accept"],
    positional: "id",
    examples: ["tieout exceptions accept exc_0193… --reason-code corrected-in-target --yes"],
    print: printAcceptance,
    exitCode: awaited,
  }),
  entry(operations.listCases, {
    path: ["cases", "ls"],
    examples: [
      "tieout cases ls --whose unassigned",
      'tieout cases ls --cause "netsuite E_X item prod_1" --limit 200',
    ],
    print: (result, style) => printCases(result.cases, style) + nextPage(result.next),
  }),
  entry(operations.assignException, {
    path: ["exceptions", "assign"],
    positional: "id",
    optionalPositional: true,
    examples: [
      "tieout exceptions assign exc_0193… --to ada",
      'tieout exceptions assign --cause "netsuite E_X item prod_1" --nobody',
    ],
    print: ({ assignee, changed }) =>
      `${changed} now ${assignee === undefined ? "nobody's" : `with ${assignee}`}.\n`,
  }),
  entry(operations.listAssignees, {
    path: ["exceptions", "assignees"],
    examples: ["tieout exceptions assignees"],
    print: ({ people }) => `${people.join("\n")}\n`,
  }),
  entry(operations.snoozeException, {
    path: ["exceptions", "snooze"],
    positional: "id",
    optionalPositional: true,
    examples: [
      'tieout exceptions snooze exc_0193… --until 2027-01-01T00:00:00Z --reason "the audit is on"',
    ],
    print: ({ until, changed }, { zone }) => `${changed} put off until ${timeText(until, zone)}.\n`,
  }),
  entry(operations.wakeException, {
    path: ["exceptions", "wake"],
    positional: "id",
    optionalPositional: true,
    examples: ["tieout exceptions wake exc_0193…"],
    print: ({ changed }) => `${changed} in sight again.\n`,
  }),
  entry(operations.showReferences, {
    path: ["exceptions", "references"],
    positional: "id",
    examples: ["tieout exceptions references exc_0193…"],
    print: printReferences,
  }),
  entry(operations.repairReference, {
    path: ["exceptions", "repair"],
    positional: "id",
    examples: [
      "tieout exceptions repair exc_0193… --object stripe/product/prod_1 --to 4711   # the dry run",
      "tieout exceptions repair exc_0193… --object stripe/product/prod_1 --to 4711 --yes",
    ],
    print: printRepair,
    exitCode: awaited,
  }),
];

export function nextPage(next: string | undefined): string {
  return next === undefined ? "" : `More: --after ${next}\n`;
}
