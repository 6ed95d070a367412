/** The Transaction Story: one object, its state in every system, why they differ, what helps. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { ApiProblem } from "../api/client.ts";
import { storyQuery } from "../api/queries.ts";
import type { Story } from "../api/types.ts";
import { countText, objectName, shortId } from "../look/words.ts";
import { AsOf, Blank, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { Money } from "../parts/values.tsx";
import { Legend } from "./chart-marks.tsx";
import { ExportButtons } from "./export-buttons.tsx";
import { Happenings } from "./happenings.tsx";
import { StoryChart } from "./story-chart.tsx";
import { SystemsTable } from "./systems-table.tsx";
import { VerdictBand } from "./verdict-band.tsx";

const route = getRouteApi("/shell/story");

export function StoryPage() {
  const { id = "" } = route.useSearch();
  const story = useQuery({ ...storyQuery(id), enabled: id !== "" });
  if (id === "") {
    return (
      <div className="card">
        <Blank title="Which story?">
          Press <kbd>/</kbd> and give any id, number or customer.
        </Blank>
      </div>
    );
  }
  if (story.data === undefined) {
    if (story.error === null) return <StoryBones />;
    if (story.error instanceof ApiProblem && story.error.status === 404) return <Unknown id={id} />;
    return <ProblemView error={story.error} again={() => void story.refetch()} />;
  }
  return (
    <>
      {story.error === null ? null : (
        <ProblemView error={story.error} again={() => void story.refetch()} />
      )}
      <StoryView
        key={story.data.focus.object}
        story={story.data}
        at={story.dataUpdatedAt}
        failing={story.error !== null}
      />
    </>
  );
}

function Unknown({ id }: { readonly id: string }) {
  const act = (
    <Link to="/search" search={{ q: id }} className="button">
      Search for it
    </Link>
  );
  return (
    <div className="card">
      <Blank title="No story is known by this id" act={act}>
        <code>{id}</code> is no id, number or reference of any system that you may see. What
        happened in the last seconds may still be on its way.
      </Blank>
    </div>
  );
}

function StoryBones() {
  return (
    <>
      <div className="card">
        <div className="body">
          <Skeleton lines={3} />
        </div>
      </div>
      <div className="card">
        <div className="body">
          <Skeleton lines={10} />
        </div>
      </div>
    </>
  );
}

interface StoryViewProps {
  readonly story: Story;
  readonly at: number;
  readonly failing: boolean;
}

function StoryView({ story, at, failing }: StoryViewProps) {
  const { focus, correlation } = { ...story, correlation: story.events[0]?.correlation };
  const who = [focus.customer, focus.legalEntity && `${focus.legalEntity} entity`].filter(Boolean);
  return (
    <>
      <div className="title">
        <h1>{focus.name}</h1>
        {focus.amount === undefined ? null : (
          <span className="sum">
            <Money value={focus.amount} />
          </span>
        )}
        <span className="who">
          {who.join(" · ")}
          {who.length > 0 && correlation !== undefined ? " · " : ""}
          {correlation === undefined ? null : <span className="id">{correlation}</span>}
        </span>
        <ExportButtons story={story} />
      </div>
      <VerdictBand story={story} />
      <ChartCard story={story} at={at} failing={failing} />
      <SystemsTable story={story} />
      <Happenings story={story} />
    </>
  );
}

function ChartCard({ story, at, failing }: StoryViewProps) {
  const others = story.objects.filter((one) => one !== story.focus.object);
  const few = story.events.length + story.handoffs.length <= 14;
  const [whole, setWhole] = useState(few);
  const [every, setEvery] = useState(false);
  return (
    <section className="card" aria-labelledby="what-happened">
      <div className="head">
        <h2 id="what-happened">What happened, where</h2>
        <div className="chips no-print">
          {others.length === 0 ? null : (
            <button
              type="button"
              className="chip"
              aria-pressed={whole}
              onClick={() => setWhole(!whole)}
            >
              with{" "}
              {others.length === 1
                ? shortId(objectName(others[0] ?? ""), 30)
                : `${others.length} others`}
            </button>
          )}
          <button
            type="button"
            className="chip"
            aria-pressed={every}
            onClick={() => setEvery(!every)}
          >
            every attempt
          </button>
        </div>
        <span className="end">
          <AsOf at={at} failing={failing} />
        </span>
      </div>
      <StoryChart story={story} only={whole ? undefined : story.focus.object} every={every} />
      <div className="chart-foot">
        <span>
          {countsOf(story).join(" · ")}
          {story.cut ? " · only the newest events are shown" : ""}
        </span>
        <Legend />
      </div>
    </section>
  );
}

function countsOf({ events, handoffs }: Story): string[] {
  const tries = handoffs.reduce((sum, one) => sum + one.tries.length, 0);
  return [
    countText(events.length, "event"),
    countText(handoffs.length, "handoff"),
    countText(tries, "attempt"),
  ];
}
