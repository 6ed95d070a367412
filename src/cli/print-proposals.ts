/** What people propose to each other and decide: exclusions, acceptances, repaired references. */
import type { z } from "zod";
import type { Operations } from "../operations/all-operations.ts";
import type { ProposedAct } from "../operations/proposal-shape.ts";
import { clean, wrap } from "./paint.ts";
import type { ListStyle } from "./print-lists.ts";
import { printTable } from "./print-table.ts";
import { moneyListText, moneyText, timeText } from "./print-values.ts";

type Result<Name extends keyof Operations> = z.output<Operations[Name]["output"]>;

const NOT_YET = "Nothing was changed. Add --yes to propose it to a second person.";

function next(proposal: string | undefined): string {
  return proposal === undefined
    ? NOT_YET
    : `Nothing was changed yet. Another person decides: tieout proposals ls; it is ${proposal}.`;
}

export function printAcceptance(result: Result<"acceptDifference">, style: ListStyle): string {
  const { content, proposal } = result;
  const head = proposal === undefined ? "Plan: accept" : "Proposed to accept";
  const act = { operation: "accept-difference", content } as const;
  return `${[...actLines(head, act, style), next(proposal)].join("\n")}\n`;
}

export function printExclusion(result: Result<"excludeException">, style: ListStyle): string {
  const { content, dependants, proposal } = result;
  const head = proposal === undefined ? "Plan: exclude" : "Proposed to exclude";
  const lines = actLines(head, { operation: "exclude-exception", content }, style);
  if (dependants > 0) {
    lines.push(`${dependants} that need it would become exceptions of their own.`);
  }
  return `${[...lines, next(proposal)].join("\n")}\n`;
}

export function printReferences(result: Result<"showReferences">, { paint }: ListStyle): string {
  const table = printTable(result.references, [
    { title: "role", value: (one) => one.role },
    { title: "object", value: (one) => one.object },
    { title: "name", value: (one) => one.name },
    { title: `id in ${result.target}`, value: (one) => one.externalId ?? "none" },
    { title: "chosen", value: (one) => (one.chosen ? "by two people" : "") },
    { title: "", value: (one) => one.fixed ?? "", paint: (cell) => paint.dim(cell) },
  ]);
  const alike = result.references.flatMap((one) => one.alike);
  const choices = printTable(alike, [
    { title: "id there", value: (one) => one.externalId },
    { title: "of", value: (one) => one.object },
    { title: "name", value: (one) => one.name },
  ]);
  const how = `Try another: tieout exceptions repair ${result.exception} --object … --to …\n`;
  return `${table}${alike.length === 0 ? "" : `\nWhat ${result.target} has of the same kind\n${choices}`}\n${how}`;
}

export function printRepair(result: Result<"repairReference">, style: ListStyle): string {
  const { content, sends, sent, left, waiting, proposal } = result;
  const head = proposal === undefined ? "Plan" : "Proposed";
  const lines = actLines(head, { operation: "repair-reference", content }, style);
  const table = printTable(sends, [
    { title: "exception", value: (one) => one.exception },
    { title: "object", value: (one) => one.object },
    { title: "amount", right: true, value: (one) => moneyText(one.amount) },
    {
      title: "would be sent",
      value: (one) =>
        one.request === undefined ? "no" : `${one.request.method} ${one.request.path}`,
    },
    { title: "why not", value: (one) => one.why ?? "" },
  ]);
  lines.push(
    `${sent} would be sent again, ${left} left as they are, ${waiting} wait for it.`,
    table.trimEnd(),
  );
  const first = sends.find((one) => one.request !== undefined)?.request;
  if (first !== undefined) {
    lines.push("", `The first request: ${first.method} ${clean(first.path)}`);
    lines.push(clean(JSON.stringify(first.body, null, 2)));
  }
  return `${[...lines, next(proposal)].join("\n")}\n`;
}

export function printApproval(result: Result<"approveProposal">, style: ListStyle): string {
  const lines = actLines("Done", result.act, style);
  lines.push(`Agreed by ${clean(result.people.join(" and "))}.`);
  if (result.dependantsExcepted > 0) {
    lines.push(`${result.dependantsExcepted} that needed it became exceptions of their own.`);
  }
  return `${lines.join("\n")}\n`;
}

export function printProposals({ proposals }: Result<"listProposals">, style: ListStyle): string {
  if (proposals.length === 0) return "Nothing waits for a second person.\n";
  return proposals
    .map((one) => {
      const lines = actLines(`${one.id} by ${clean(one.author)}, ${one.state}`, one, style);
      if (one.state === "open" && !one.own) {
        lines.push(
          `  tieout proposals approve ${one.id} \\\n    --content-hash ${one.contentHash}`,
          `  tieout proposals reject ${one.id} --reason "…"`,
        );
      }
      return `${lines.join("\n")}\n`;
    })
    .join("\n");
}

function actLines(head: string, act: ProposedAct, style: ListStyle): string[] {
  const { content } = act;
  const money = content.amount === undefined ? "" : ` (${moneyText(content.amount)})`;
  const why = content.note === undefined ? "" : `: ${clean(content.note)}`;
  const about = `Exception ${content.exception}: ${clean(content.title)}`;
  const strong = (text: string): string => style.paint.strong(`${head}: ${clean(text)}`);
  switch (act.operation) {
    case "exclude-exception": {
      const { object, target, reasonCode, expiresAt } = act.content;
      const until = timeText(expiresAt, style.zone);
      return [
        `${strong(object)}${money}`,
        `Not sent to ${clean(target)}: ${reasonCode}${why}, until ${until}.`,
        about,
      ];
    }
    case "accept-difference": {
      const { document, target, reasonCode, message } = act.content;
      return [
        `${strong(document)}${money}`,
        `May stand in ${clean(target)} as it stands: ${reasonCode}${why}. A later change of it opens a new case.`,
        ...wrap(clean(message), style.width),
        about,
      ];
    }
    case "repair-reference": {
      const { object, name, target, from, to, toName, handoffs, money: sums } = act.content;
      const other = toName === undefined ? "" : ` (${clean(toName)} there)`;
      const sum = sums.length === 0 ? "" : ` (${moneyListText(sums)})`;
      return [
        `${strong(`${name}, ${object},`)} is ${clean(to)}${other} in ${clean(target)}, not ${clean(from ?? "unknown")}${why}`,
        `Handoffs that are sent again by it: ${handoffs.length}${sum}.`,
        about,
      ];
    }
  }
}
