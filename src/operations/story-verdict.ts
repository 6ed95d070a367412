/** The story in one sentence with its money, and the one act that helps. */
import { formatMoney, parseMoney } from "../kernel/money.ts";
import type { ShownCase } from "./case-shape.ts";
import { nameOf } from "./explain-wait.ts";
import type { OperationContext } from "./operation.ts";
import { withoutOperation } from "./resolve-story.ts";
import type { Story, StoryHandoff } from "./story-shape.ts";
import type { Focus, StoryMaterial } from "./story-systems.ts";

type Verdict = Story["verdict"];
type State = Verdict["state"];

interface Part {
  readonly state: State;
  readonly text: string;
}

const WORST: readonly State[] = ["exception", "waiting", "moving", "settled", "not sent"];

export function verdictOf(
  context: OperationContext,
  material: StoryMaterial,
  focus: Focus,
): Verdict {
  const money = focus.amount === undefined ? "" : `, ${formatMoney(parseMoney(focus.amount))}`;
  const parts = [...targetNames(context, material)].map((target) =>
    partOf(material, focus.object, target),
  );
  const told = parts.filter((part) => part !== undefined);
  const open = material.shown.exceptions.filter((one) => one.state === "open");
  // Others of the story may be in trouble while the focus itself is well; that must not look green.
  const elsewhere = open.filter((one) => one.object !== focus.object);
  if (elsewhere.length > 0 && !told.some((part) => part.state === "exception")) {
    told.push({ state: "exception", text: elsewhereText(elsewhere) });
  }
  // What was posted may have been changed there by hand since.
  for (const one of open) {
    if (one.kind === "drift" && one.object === focus.object) {
      told.push({ state: "exception", text: one.title });
    }
  }
  const worst = told.map((part) => WORST.indexOf(part.state)).sort((a, b) => a - b)[0];
  const state = WORST[worst ?? WORST.length - 1] ?? "not sent";
  const body = told.map((part) => part.text).join("; ") || "nothing is to be sent of it";
  return {
    state,
    sentence: `${focus.name}${money}: ${body}.`,
    act: actOf(material, focus.object, open),
  };
}

function targetNames(context: OperationContext, material: StoryMaterial): Set<string> {
  return new Set([...context.targets.keys(), ...material.shown.handoffs.map((one) => one.target)]);
}

function elsewhereText(cases: readonly ShownCase[]): string {
  const [first] = cases;
  const more = cases.length > 1 ? ` and ${cases.length - 1} more` : "";
  const what = first?.object === undefined ? "the same story" : nameOf(first.object);
  return `${what} has an exception (${first?.title ?? ""})${more}`;
}

function partOf(material: StoryMaterial, object: string, target: string): Part | undefined {
  const { handoffs, links, skips, events } = material.shown;
  const mine = handoffs.filter((one) => one.target === target && one.object === object);
  const trouble = mine.find((one) => one.state === "excepted");
  if (trouble !== undefined) return { state: "exception", text: exceptionText(material, trouble) };
  const open = mine.filter((one) => one.wait !== undefined);
  const [first] = open;
  if (first !== undefined) {
    const kind = first.wait?.kind ?? "";
    const moving = ["queued", "due", "in-flight"].includes(kind);
    return { state: moving ? "moving" : "waiting", text: `${target}: ${first.wait?.text}` };
  }
  const link =
    links.find((one) => one.target === target && one.object === object) ??
    links.find((one) => one.target === target && withoutOperation(one.object) === object);
  if (link !== undefined) {
    const as = link.number ?? link.externalId;
    return { state: "settled", text: `in ${target} as ${as} since ${utc(link.since)}` };
  }
  const last = mine.at(-1);
  if (last !== undefined) return { state: "settled", text: settledText(target, last) };
  const own = new Set(events.filter((one) => one.subject === object).map((one) => one.id));
  const skip = skips.filter((one) => one.target === target && own.has(one.event)).at(-1);
  if (skip === undefined) return undefined;
  return { state: "not sent", text: `not sent to ${target} (${skip.rule})` };
}

function settledText(target: string, handoff: StoryHandoff): string {
  if (handoff.state === "confirmed") return `in ${target} since ${utc(handoff.changedAt)}`;
  if (handoff.state === "excluded") return `excluded from ${target} (${handoff.reason ?? ""})`;
  return `replaced by a newer state on its way to ${target}`;
}

function exceptionText(material: StoryMaterial, handoff: StoryHandoff): string {
  const one = material.shown.exceptions.find(
    (found) => found.handoff === handoff.id && found.state === "open",
  );
  const since = one === undefined ? "" : ` since ${utc(one.openedAt)}`;
  return `not in ${handoff.target}${since}: ${one?.message ?? handoff.reason ?? "needs a person"}`.replace(
    /\.$/,
    "",
  );
}

/** The exception of the focus itself first; else the one it waits for; else any of the story. */
function actOf(
  material: StoryMaterial,
  object: string,
  open: readonly ShownCase[],
): Verdict["act"] {
  const own = open.find((one) => one.object === object);
  const blocker = blockingHandoff(material, object);
  const chosen = own ?? open.find((one) => one.handoff === blocker) ?? open[0];
  if (chosen?.kind === "drift") {
    const sentence = `Mend it there, or accept it (${chosen.title})`;
    return { sentence, command: `tieout exceptions show ${chosen.id}` };
  }
  if (chosen !== undefined) {
    return {
      sentence: `Mend the cause (${chosen.title}), then retry it`,
      command: `tieout exceptions retry ${chosen.id}`,
    };
  }
  // The blocker may belong to another story.
  if (blocker === undefined) return undefined;
  return { sentence: "See what it waits for", command: `tieout trace ${blocker}` };
}

function blockingHandoff(material: StoryMaterial, object: string): string | undefined {
  for (const handoff of material.shown.handoffs) {
    if (handoff.object !== object || handoff.wait === undefined) continue;
    if (handoff.wait.behind !== undefined) return handoff.wait.behind;
    const named = /hof_[0-9a-f]{32}/.exec(handoff.wait.text);
    if (named !== null) return named[0];
  }
  return undefined;
}

/** `2026-01-31 10:00 UTC` */
function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
