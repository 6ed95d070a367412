/**
 * The Transaction Story in a terminal: the verdict in one sentence with its money and the one act
 * that helps; how each system stands; then what happened, a lane per system, gaps marked.
 */
import { epochMs } from "../kernel/clock.ts";
import type { Story, StoryEntry } from "../operations/story-shape.ts";
import type { Paint } from "./paint.ts";
import { clean, wrap } from "./paint.ts";
import { printTable } from "./print-table.ts";
import { durationText, moneyText, timeParts, timeText } from "./print-values.ts";

export interface StoryStyle {
  readonly paint: Paint;
  readonly zone: string;
  /** Columns of the terminal; output that is piped gets 100. */
  readonly width: number;
}

const MARKS: Readonly<Record<Story["verdict"]["state"], string>> = {
  settled: "✓ SETTLED",
  moving: "→ ON ITS WAY",
  waiting: "… WAITING",
  exception: "◆ NEEDS YOU",
  "not sent": "○ NOT SENT",
};

const ENTRY_MARKS: Readonly<Record<StoryEntry["kind"], string>> = {
  event: "○",
  received: "·",
  attempts: "→",
  confirmed: "✓",
  exception: "◆",
  resolved: "◇",
  skip: "–",
};

/** Shorter silences are part of ordinary work. */
const GAP_MS = 60_000;

export function printStory(story: Story, style: StoryStyle): string {
  return [
    verdictText(story, style),
    systemsText(story, style),
    timelineText(story, style),
    waitsText(story, style),
    exceptionsText(story, style),
    footText(story, style),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function verdictText(story: Story, { paint, width }: StoryStyle): string {
  const { state, sentence, act } = story.verdict;
  const tint =
    state === "exception"
      ? paint.bad
      : state === "settled"
        ? paint.good
        : state === "waiting"
          ? paint.warn
          : paint.strong;
  const lines = [tint(MARKS[state]), ...wrap(clean(sentence), width).map(paint.strong)];
  if (act !== undefined) {
    lines.push("", ...wrap(`What helps: ${clean(act.sentence)}`, width), `  ${act.command}`);
  }
  return `${lines.join("\n")}\n`;
}

function systemsText(story: Story, { paint, zone }: StoryStyle): string {
  const told = story.systems.filter((one) => one.state !== "nothing to send");
  const differs = (value: string, of: (one: Story["systems"][number]) => string): boolean =>
    value !== "" && told.some((one) => of(one) !== "" && of(one) !== value);
  const amount = (one: Story["systems"][number]): string => moneyText(one.fields.amount);
  const table = printTable(told, [
    { title: "system", value: (one) => one.connection },
    {
      title: "state",
      value: (one) => one.state,
      paint: (cell, one) => (one.state === "excepted" ? paint.bad(cell) : cell),
    },
    { title: "id", value: (one) => one.fields.id ?? "" },
    { title: "number", value: (one) => one.fields.number ?? "" },
    {
      title: "amount",
      right: true,
      value: (one) => amount(one) + (differs(amount(one), amount) ? " (differs)" : ""),
      paint: (cell) => (cell.includes("(differs)") ? paint.bad(cell) : cell),
    },
    {
      title: "date",
      value: ({ fields: { date } }) =>
        date?.includes("T") === true ? timeText(date, zone) : (date ?? ""),
    },
    { title: "status", value: (one) => one.fields.status ?? "" },
    { title: "version", value: (one) => one.fields.version ?? "" },
  ]);
  return `${paint.strong("Systems")} as of ${timeText(story.asOf, zone)}\n${table}`;
}

function timelineText(story: Story, style: StoryStyle): string {
  const { paint, zone, width } = style;
  const [first] = story.entries;
  if (first === undefined) return "";
  const lanes = [...new Set(story.entries.map((entry) => entry.system))];
  const widths = lanes.map((lane) => Math.max(3, lane.length));
  const head = lanes.map((lane, at) => lane.padEnd(widths[at] ?? 0)).join(" ");
  const zoneName = timeParts(first.at, zone).zone;
  const indent = " ".repeat(10 + head.length + 2);
  const lines = [`${paint.strong("What happened")} (times in ${zoneName})`, `          ${head}`];
  let day = "";
  let before: number | undefined;
  for (const entry of story.entries) {
    const { date, time } = timeParts(entry.at, zone);
    const ms = epochMs(entry.at);
    const gap = before === undefined ? 0 : ms - before;
    if (gap >= GAP_MS) lines.push(paint.dim(`          ≈ ${durationText(gap)} later`));
    if (date !== day) lines.push(paint.dim(date));
    day = date;
    before = ms;
    const marks = lanes
      .map((lane, at) => {
        const mark = lane === entry.system ? ENTRY_MARKS[entry.kind] : "│";
        return ` ${mark}`.padEnd(widths[at] ?? 0);
      })
      .join(" ");
    const text = wrap(entryText(entry, zone), Math.max(30, width - indent.length));
    const tint = entry.alarm ? paint.bad : (one: string) => one;
    lines.push(`${time}  ${marks}  ${tint(text[0] ?? "")}`);
    lines.push(...text.slice(1).map((line) => `${indent}${tint(line)}`));
  }
  return `${lines.join("\n")}\n`;
}

function entryText(entry: StoryEntry, zone: string): string {
  const until = entry.until === undefined ? "" : ` (until ${timeParts(entry.until, zone).time})`;
  const recorded = entry.text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, (at) => timeParts(at, zone).time);
  const label =
    entry.kind === "exception" ? "EXCEPTION " : entry.kind === "resolved" ? "CASE " : "";
  return clean(`${label}${recorded}${until}`);
}

function waitsText(story: Story, { paint, width }: StoryStyle): string {
  const waiting = story.handoffs.filter(
    (one) => one.wait !== undefined && one.wait.kind !== "exception",
  );
  if (waiting.length === 0) return "";
  const lines = waiting.flatMap((one) =>
    wrap(clean(`${one.operation} to ${one.target}: ${one.wait?.text ?? ""}`), width - 4).map(
      (line, at) => (at === 0 ? `  … ${line}` : `    ${line}`),
    ),
  );
  return `${paint.strong("Waiting")}\n${lines.join("\n")}\n`;
}

function exceptionsText(story: Story, { paint, width, zone }: StoryStyle): string {
  const open = story.exceptions.filter((one) => one.state === "open");
  const letters = story.deadLetters;
  if (open.length === 0 && letters.length === 0) return "";
  const lines = open.flatMap((one) => [
    paint.bad(clean(`  ◆ OPEN ${one.id}  ${one.code}  ${moneyText(one.amount)}`).trimEnd()),
    ...wrap(clean(one.message), width - 6).map((line) => `      ${line}`),
    `      since ${timeText(one.openedAt, zone)}, owner: ${one.assignee ?? one.ownerRole}`,
  ]);
  for (const letter of letters) {
    lines.push(paint.bad(clean(`  ◆ NOT UNDERSTOOD ${letter.id}  ${letter.code}`)));
    lines.push(...wrap(clean(letter.reason), width - 6).map((line) => `      ${line}`));
  }
  return `${paint.strong("Exceptions")}\n${lines.join("\n")}\n`;
}

function footText(story: Story, { paint }: StoryStyle): string {
  const how = story.found.map((one) => `${one.object} (${one.how})`).join(", ");
  const cut = story.cut ? "\nOnly the latest events are shown; the story is longer." : "";
  return paint.dim(`Found by "${clean(story.query)}": ${clean(how)}${cut}\n`);
}
