/** The story as a drawing: a lane per system, time from left to right. The tables say the same. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Story } from "../api/types.ts";
import { clockText, dayText, spanText, stateTitle, timeText } from "../look/words.ts";
import { StateMark } from "../parts/state-mark.tsx";
import type { Chapter } from "./chapters.ts";
import { chaptersOf, isOpen } from "./chapters.ts";
import type { Layout, PlacedChapter, PlacedLane } from "./chart-layout.ts";
import { labelStart, layoutOf, notesOf, TOP } from "./chart-layout.ts";
import { BarShape, MarkShape } from "./chart-marks.tsx";

/** More than these at once is a tangle; the newest are drawn and the table has all. */
const MOST = 60;

interface ChartProps {
  readonly story: Story;
  readonly only: string | undefined;
  readonly every: boolean;
}

export function StoryChart({ story, only, every }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const chapters = useMemo(() => drawn(story, only, every), [story, only, every]);
  const open = story.handoffs.some((one) => isOpen(one) && (only ?? one.object) === one.object);
  const layout = useMemo(
    () => layoutOf(story.systems, chapters, width, open ? Date.parse(story.asOf) : undefined),
    [story, chapters, width, open],
  );
  return (
    <div className="chart">
      <div className="lanes" style={{ paddingTop: TOP }} aria-hidden="true">
        {layout.lanes.map((lane) => (
          <LaneHead key={lane.system.connection} lane={lane} />
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <section className="drawing" ref={box} tabIndex={0} aria-label="Drawing of the story">
        <Drawing layout={layout} name={story.focus.name} />
      </section>
    </div>
  );
}

function drawn(story: Story, only: string | undefined, every: boolean): Chapter[] {
  const all = chaptersOf(story, every).filter((one) => only === undefined || one.object === only);
  return all.length <= MOST ? all : all.sort((a, b) => b.from - a.from).slice(0, MOST);
}

function useWidth(box: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(900);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(320, Math.floor(entry.contentRect.width)));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [box]);
  return width;
}

function LaneHead({ lane }: { readonly lane: PlacedLane }) {
  const { system, height } = lane;
  return (
    <div className="lane-head" style={{ height }}>
      <b>{system.connection}</b>
      {system.role === "source" ? (
        <span className="mute">source</span>
      ) : (
        <StateMark state={system.state} word={stateTitle(system.state)} />
      )}
    </div>
  );
}

function Drawing({ layout, name }: { readonly layout: Layout; readonly name: string }) {
  const { scale, lanes, arrows, height, nowX } = layout;
  const title = `What happened to ${name}, by system and time; the tables below say the same`;
  return (
    <svg width={scale.width} height={height} role="img" aria-label={title}>
      <defs>
        <pattern
          id="hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" className="hatch" />
        </pattern>
        <marker
          id="tip"
          viewBox="0 0 6 6"
          refX="5"
          refY="3"
          markerWidth="6"
          markerHeight="6"
          orient="auto"
        >
          <path d="M0 .6 5 3 0 5.4" className="tip" />
        </marker>
      </defs>
      {lanes.map((lane) => (
        <path
          key={lane.system.connection}
          className="lane-line"
          d={`M0 ${lane.y}H${scale.width}`}
        />
      ))}
      <Axis layout={layout} />
      {arrows.map((arrow) => (
        <path key={arrow.key} className="arrow" d={arrow.path} markerEnd="url(#tip)" />
      ))}
      {lanes.flatMap((lane) =>
        lane.chapters.map((one) => (
          <ChapterShape key={one.chapter.id} placed={one} layout={layout} />
        )),
      )}
      {nowX === undefined ? null : <path className="now" d={`M${nowX} ${TOP - 6}V${height}`} />}
    </svg>
  );
}

function Axis({ layout }: { readonly layout: Layout }) {
  const { scale, height, nowX } = layout;
  return (
    <g>
      {scale.cuts.map((cut) => (
        <g key={cut.x} className="cut">
          <rect x={cut.x - 9} y={TOP} width="18" height={height - TOP} />
          <path d={`M${cut.x - 4} ${TOP}V${height}M${cut.x + 4} ${TOP}V${height}`} />
          <text x={cut.x} y={TOP - 7} textAnchor="middle">
            {spanText(cut.ms)}
          </text>
        </g>
      ))}
      {scale.ticks.map((tick) => {
        const now = nowX !== undefined && Math.abs(tick.x - nowX) < 2;
        const edge = tick.x > scale.width - 60 ? "end" : tick.x < 40 ? "start" : "middle";
        const x = edge === "end" ? tick.x + 20 : edge === "start" ? tick.x - 20 : tick.x;
        return (
          <g key={tick.x} className={now ? "tick at-now" : "tick"}>
            <path d={`M${tick.x} ${TOP - 3}V${height}`} />
            {tick.newDay ? (
              <text x={x} y={13} textAnchor={edge} className="day">
                {dayText(tick.at)}
              </text>
            ) : null}
            <text x={x} y={28} textAnchor={edge}>
              {now ? `${clockText(tick.at)} now` : clockText(tick.at)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function ChapterShape({
  placed,
  layout,
}: {
  readonly placed: PlacedChapter;
  readonly layout: Layout;
}) {
  const { chapter, y } = placed;
  const { scale } = layout;
  const [first, last] = [chapter.from, chapter.to].map((at) => scale.x(at)) as [number, number];
  return (
    <g className={`chapter ${chapter.tone}`}>
      <title>{tipOf(chapter)}</title>
      {chapter.bars.length === 0 ? <path className="thread" d={`M${first} ${y}H${last}`} /> : null}
      {chapter.bars.map((bar) => (
        <BarShape key={`${bar.kind} ${bar.from}`} bar={bar} scale={scale} y={y} />
      ))}
      {chapter.marks.map((mark) => (
        <MarkShape key={`${mark.kind} ${mark.at}`} mark={mark} x={scale.x(mark.at)} y={y} />
      ))}
      <text className="label" x={labelStart(chapter, scale)} y={y - 12}>
        {chapter.title}
      </text>
      {notesOf(chapter, scale).map((note) => (
        <text key={note.x} className={note.bad ? "note bad" : "note"} x={note.x} y={y + 20}>
          {note.text}
        </text>
      ))}
    </g>
  );
}

/** What a pointer resting on it shows. */
function tipOf(chapter: Chapter): string {
  const marks = chapter.marks.map((mark) => ({ at: mark.at, text: mark.text }));
  const bars = chapter.bars.map((bar) => ({
    at: bar.from,
    text: `${bar.text} (${spanText(bar.to - bar.from)})`,
  }));
  const lines = [...marks, ...bars]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${timeText(new Date(at).toISOString())}  ${text}`);
  return [chapter.title, ...lines].join("\n");
}
