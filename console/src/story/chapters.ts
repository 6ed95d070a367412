/**
 * From a story as the hub tells it to what is drawn.
 *
 * chapter  one event in its source's lane, or one handoff in its target's: bars, marks, words
 * bar      a stretch of time: work (a call is out) or waiting
 * run      tries in a row with the same answer; they are one bar with a count
 * mark     a moment: occurred, received, done, an answer lost, a refusal, an exception
 */
import type { Attempt, LedgerEvent, Story, StoryHandoff } from "../api/types.ts";
import { objectName, plainWords, shortId, timeText } from "../look/words.ts";
import type { Tone } from "../parts/state-mark.tsx";
import { toneOf } from "../parts/state-mark.tsx";

export type MarkKind = "occurred" | "received" | "done" | "lost" | "refused" | "exception";

export interface Mark {
  readonly kind: MarkKind;
  readonly at: number;
  readonly text: string;
}

export interface Bar {
  readonly kind: "work" | "wait";
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly tone: Tone;
}

export interface Chapter {
  readonly id: string;
  readonly lane: string;
  readonly object: string;
  readonly title: string;
  readonly tone: Tone;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
  readonly from: number;
  readonly to: number;
  /** The moment from which what it causes goes out. */
  readonly leaves: number;
  /** The chapter that caused it. */
  readonly cause: string | undefined;
}

const ANSWERS: Readonly<Record<string, string>> = {
  done: "done",
  adopted: "found there, adopted",
  unknown: "answer lost",
  later: "put off",
  refused: "refused",
  "not-started": "did not get through",
  "probe-absent": "asked: not there",
  awaiting: "taken, confirms later",
};

const BAD = new Set(["unknown", "refused"]);

export function answerWord(attempt: Attempt): string {
  if (attempt.outcome === undefined) return "no answer yet";
  return ANSWERS[attempt.outcome] ?? plainWords(attempt.outcome);
}

export function isOpen(handoff: { readonly state: string }): boolean {
  return !["confirmed", "excluded", "superseded"].includes(handoff.state);
}

/** `every`: each try a bar of its own. */
export function chaptersOf(story: Story, every: boolean): Chapter[] {
  const now = Date.parse(story.asOf);
  return [
    ...story.events.map((event) => ofEvent(event, story)),
    ...story.handoffs.map((handoff) => ofHandoff(handoff, story, now, every)),
  ];
}

function ofEvent(event: LedgerEvent, story: Story): Chapter {
  const [occurred, received] = [Date.parse(event.occurredAt), Date.parse(event.receivedAt)];
  const cause = story.events.some((one) => one.id === event.causation)
    ? event.causation
    : undefined;
  return {
    id: event.id,
    lane: event.connection,
    object: event.subject,
    title: plainWords(event.type),
    tone: "move",
    bars: [],
    marks: [
      { kind: "occurred", at: occurred, text: `${plainWords(event.type)} occurred` },
      {
        kind: "received",
        at: received,
        text: `received by ${event.origin}, recorded ${timeText(event.recordedAt)}`,
      },
    ],
    from: Math.min(occurred, received),
    to: Math.max(occurred, received),
    leaves: received,
    cause,
  };
}

function ofHandoff(handoff: StoryHandoff, story: Story, now: number, every: boolean): Chapter {
  const created = Date.parse(handoff.createdAt);
  const bars: Bar[] = [];
  const marks: Mark[] = [];
  let at = created;
  for (const run of runsOf(handoff.tries, every)) {
    const { from, to } = spanOf(run, now);
    addWait(bars, at, from, "waited its turn");
    const last = run.at(-1);
    if (last === undefined) continue;
    const word = run.length > 1 ? `${answerWord(last)} ×${run.length}` : answerWord(last);
    const bad = BAD.has(last.outcome ?? "");
    bars.push({ kind: "work", from, to, text: word, tone: bad ? "bad" : "move" });
    if (last.outcome === "unknown") marks.push({ kind: "lost", at: to, text: word });
    if (last.outcome === "refused") marks.push({ kind: "refused", at: to, text: word });
    at = Math.max(at, to);
  }
  for (const one of story.exceptions) {
    if (one.handoff !== handoff.id) continue;
    const opened = Date.parse(one.openedAt);
    marks.push({ kind: "exception", at: opened, text: one.title });
    at = Math.max(at, opened);
  }
  if (handoff.state === "confirmed") {
    const changed = Math.max(at, Date.parse(handoff.changedAt));
    marks.push({ kind: "done", at: changed, text: `confirmed${externalOf(handoff)}` });
    at = changed;
  } else if (isOpen(handoff)) {
    addWait(bars, at, now, waitWord(handoff));
    at = Math.max(at, now);
  }
  return {
    id: handoff.id,
    lane: handoff.target,
    object: handoff.object,
    title: titleOf(handoff, story),
    tone: toneOf(handoff.state),
    bars,
    marks,
    from: created,
    to: at,
    leaves: at,
    cause: handoff.event,
  };
}

function titleOf(handoff: StoryHandoff, story: Story): string {
  const act = plainWords(handoff.operation).split(" ").reverse().join(" ");
  const other =
    handoff.object === story.focus.object ? "" : ` · ${shortId(objectName(handoff.object), 30)}`;
  if (handoff.state === "confirmed") return `${act}${externalOf(handoff)}${other}`;
  if (handoff.state === "superseded") return `${act}: replaced by a newer state${other}`;
  if (handoff.state === "excluded") return `${act}: excluded${other}`;
  return `${act}${other}`;
}

function externalOf({ externalId }: StoryHandoff): string {
  return externalId === undefined ? "" : ` as ${externalId}`;
}

const WAITS: Readonly<Record<string, string>> = {
  parked: "parked behind another of the same object",
  need: "waits for what it needs",
  "not-before": "is tried again later",
  due: "is released at once",
  "sending-off": "sending is switched off",
  "budget-paused": "the target asked for a pause",
  queued: "in the queue",
  "in-flight": "sent, no answer yet",
  "in-doubt": "the target will be asked",
  "awaiting-target": "the target confirms later",
  exception: "waits for a person",
};

function waitWord({ wait }: StoryHandoff): string {
  return WAITS[wait?.kind ?? ""] ?? "waits";
}

function addWait(bars: Bar[], from: number, to: number, text: string): void {
  if (to > from) bars.push({ kind: "wait", from, to, text, tone: "warn" });
}

function runsOf(tries: readonly Attempt[], every: boolean): Attempt[][] {
  const runs: Attempt[][] = [];
  for (const one of tries) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const same = before?.outcome === one.outcome && before?.kind === one.kind;
    if (run !== undefined && same && !every) run.push(one);
    else runs.push([one]);
  }
  return runs;
}

function spanOf(run: readonly Attempt[], now: number): { from: number; to: number } {
  const from = Date.parse(run[0]?.at ?? "");
  const last = run.at(-1);
  const answered = last?.answeredAt === undefined ? now : Date.parse(last.answeredAt);
  return { from, to: Math.max(from, answered) };
}
