/** Where everything of a story's drawing stands: lanes, rows that nothing overlaps in, arrows. */
import type { StorySystem } from "../api/types.ts";
import type { Chapter } from "./chapters.ts";
import type { TimeScale } from "./time-scale.ts";
import { timeScale } from "./time-scale.ts";

export interface PlacedChapter {
  readonly chapter: Chapter;
  readonly y: number;
}

export interface PlacedLane {
  readonly system: StorySystem;
  readonly y: number;
  readonly height: number;
  readonly chapters: readonly PlacedChapter[];
}

export interface Arrow {
  readonly path: string;
  readonly key: string;
}

export interface Layout {
  readonly scale: TimeScale;
  readonly lanes: readonly PlacedLane[];
  readonly arrows: readonly Arrow[];
  readonly height: number;
  /** The line of now, while something of the story is open. */
  readonly nowX: number | undefined;
}

export const TOP = 50;
const ROW = 50;
const MARGIN = 26;
/** Of the text sizes used; the shipped font makes the guess a safe one. */
const LETTER = 6.5;

export function layoutOf(
  systems: readonly StorySystem[],
  chapters: readonly Chapter[],
  width: number,
  now: number | undefined,
): Layout {
  const moments = chapters.flatMap((one) => [
    ...one.marks.map((mark) => mark.at),
    ...one.bars.flatMap((bar) => [bar.from, bar.to]),
    one.from,
  ]);
  const scale = timeScale(now === undefined ? moments : [...moments, now], width, MARGIN);
  const lanes: PlacedLane[] = [];
  let y = TOP;
  for (const system of systems) {
    const mine = chapters.filter((one) => one.lane === system.connection);
    const rows = rowsOf(mine, scale);
    const height = Math.max(1, rows.length) * ROW + 12;
    const top = y;
    const placed = rows.flatMap((row, index) =>
      row.map((chapter) => ({ chapter, y: top + 10 + index * ROW + ROW / 2 })),
    );
    lanes.push({ system, y, height, chapters: placed });
    y += height;
  }
  return {
    scale,
    lanes,
    arrows: arrowsOf(lanes, scale),
    height: y + 8,
    nowX: now === undefined ? undefined : scale.x(now),
  };
}

/** Each chapter in the first row where neither its bars nor its words meet another. */
function rowsOf(chapters: readonly Chapter[], scale: TimeScale): Chapter[][] {
  const rows: { end: number; chapters: Chapter[] }[] = [];
  for (const one of [...chapters].sort((a, b) => a.from - b.from)) {
    const start = labelStart(one, scale) - 8;
    const end = endOf(one, scale) + 14;
    const row = rows.find((candidate) => candidate.end <= start);
    if (row === undefined) rows.push({ end, chapters: [one] });
    else {
      row.end = end;
      row.chapters.push(one);
    }
  }
  return rows.map((row) => row.chapters);
}

/** Words never leave the drawing on its right. */
export function labelStart(chapter: Chapter, scale: TimeScale): number {
  const length = chapter.title.length * LETTER;
  return Math.max(4, Math.min(scale.x(chapter.from) - 4, scale.width - length - 6));
}

function endOf(chapter: Chapter, scale: TimeScale): number {
  const words = labelStart(chapter, scale) + chapter.title.length * LETTER;
  const notes = notesOf(chapter, scale).map((note) => note.x + note.text.length * 6.1);
  return Math.max(scale.x(chapter.to), words, ...notes);
}

export interface Note {
  readonly x: number;
  readonly text: string;
  readonly bad: boolean;
}

/** Words under the bars, as many as have room; the table below has them all. */
export function notesOf(chapter: Chapter, scale: TimeScale): Note[] {
  const diamonds = chapter.marks
    .filter((mark) => mark.kind === "exception")
    .map((mark) => ({ at: mark.at, text: mark.text, bad: true, weight: 2 }));
  const bars = chapter.bars.map((bar) => {
    const bad = bar.tone === "bad";
    const weight = bad ? 1 : bar.kind === "work" ? 0 : -1;
    return { at: bar.from, text: bar.text, bad, weight };
  });
  const chosen: Note[] = [];
  for (const one of [...diamonds, ...bars].sort((a, b) => b.weight - a.weight)) {
    // Waiting for a turn is no news unless it is what happens now.
    if (one.text === "waited its turn" || one.text === "done") continue;
    const length = one.text.length * 6.1;
    const x = Math.max(4, Math.min(scale.x(one.at), scale.width - length - 6));
    const free = chosen.every(
      (note) => x > note.x + note.text.length * 6.1 + 8 || x + length + 8 < note.x,
    );
    if (free) chosen.push({ x, text: one.text, bad: one.bad });
  }
  return chosen;
}

function arrowsOf(lanes: readonly PlacedLane[], scale: TimeScale): Arrow[] {
  const placed = new Map(
    lanes.flatMap((lane) => lane.chapters.map((one) => [one.chapter.id, one])),
  );
  return [...placed.values()].flatMap(({ chapter, y }) => {
    const cause = chapter.cause === undefined ? undefined : placed.get(chapter.cause);
    if (cause === undefined) return [];
    const from = scale.x(cause.chapter.leaves) + 7;
    const to = scale.x(chapter.from) - 2;
    const bend = Math.max(12, (to - from) / 2);
    const path = `M${from} ${cause.y}C${from + bend} ${cause.y} ${to - bend} ${y} ${to} ${y}`;
    return [{ path, key: chapter.id }];
  });
}
