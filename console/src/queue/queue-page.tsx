/** My queue: one root cause or four hundred, what it is worth, who waits behind it, what to do. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { QueueView } from "../api/queries.ts";
import { caseQuery, casesQuery, causesOfQuery, causesQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Case, Cause } from "../api/types.ts";
import { countText } from "../look/words.ts";
import { AsOf, Blank, NoPermission, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { useKeys } from "../shell/keys.ts";
import { CaseDetail } from "./case-detail.tsx";
import { CauseDetail } from "./cause-detail.tsx";
import { CauseList } from "./cause-list.tsx";
import type { Chosen, DialogName } from "./chosen.ts";
import { viewOf } from "./chosen.ts";
import { OpenProposals } from "./open-proposals.tsx";
import { ViewChips } from "./view-chips.tsx";

const route = getRouteApi("/shell/queue");

export function QueuePage() {
  const may = useMay("exception.read");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view = viewOf(search.view);
  const causes = useQuery({ ...causesOfQuery(view), enabled: may });
  const all = useQuery({ ...causesQuery, enabled: may });
  const putOff = (all.data?.causes ?? []).reduce((sum, one) => sum + one.snoozed, 0);
  const show = (next: QueueView): void => {
    void navigate({ to: "/queue", search: next === "all" ? {} : { view: next }, replace: true });
  };
  if (!may) return <NoPermission />;
  return (
    <>
      <div className="page-head">
        <h1>Queue</h1>
        <span className="mute">{headline(causes.data?.causes)}</span>
        <span className="end">
          <AsOf at={causes.dataUpdatedAt} failing={causes.error !== null} />
        </span>
      </div>
      <OpenProposals />
      <ViewChips view={view} show={show} putOff={putOff} />
      {causes.error === null ? null : (
        <ProblemView error={causes.error} again={() => void causes.refetch()} />
      )}
      {causes.data === undefined ? (
        causes.error === null ? (
          <Skeleton />
        ) : null
      ) : (
        <Board causes={causes.data.causes} view={view} />
      )}
    </>
  );
}

function headline(causes: readonly Cause[] | undefined): string {
  if (causes === undefined || causes.length === 0) return "";
  const cases = causes.reduce((sum, cause) => sum + cause.cases, 0);
  return `${countText(cases, "open case")} of ${countText(causes.length, "cause")}`;
}

interface BoardProps {
  readonly causes: readonly Cause[];
  readonly view: QueueView;
}

function Board({ causes, view }: BoardProps) {
  const { chosen, choose, cases, more } = useChosen(view);
  const [dialog, setDialog] = useState<DialogName>();
  const rows = causes.flatMap((cause): Chosen[] =>
    cause.cause === chosen.cause && cause.cases > 1
      ? [{ cause: cause.cause }, ...cases.map((one) => ({ cause: cause.cause, case: one.id }))]
      : [{ cause: cause.cause }],
  );
  const at = rows.findIndex((row) => row.cause === chosen.cause && row.case === chosen.case);
  const step = (by: number): void => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined) choose(next);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    r: () => setDialog("retry"),
    x: () => setDialog("exclude"),
    e: () => setDialog("repair"),
    Escape: () => choose({}),
  });
  const cause = causes.find((one) => one.cause === chosen.cause);
  if (causes.length === 0 && chosen.case === undefined) return <AllWell view={view} />;
  const single = cause?.cases === 1 ? cause.example : undefined;
  const shown = chosen.case ?? single;
  return (
    <div className="split">
      <CauseList causes={causes} cases={cases} chosen={chosen} choose={choose} more={more} />
      <div className="beside">
        {shown !== undefined ? (
          <CaseDetail key={shown} id={shown} dialog={dialog} setDialog={setDialog} />
        ) : cause !== undefined ? (
          <CauseDetail cause={cause} dialog={dialog} setDialog={setDialog} />
        ) : (
          <div className="card">
            <Blank title="Choose a cause">
              <kbd>j</kbd> <kbd>k</kbd> walk the list, <kbd>r</kbd> shows what a retry would do.
            </Blank>
          </div>
        )}
      </div>
    </div>
  );
}

function AllWell({ view }: { readonly view: QueueView }) {
  if (view !== "all") {
    return (
      <div className="card">
        <Blank title={EMPTY[view]}>Look at all of them: something else may need a person.</Blank>
      </div>
    );
  }
  return (
    <div className="card">
      <Blank title="Nothing waits for a person">
        Every handoff is confirmed, on its way, or waits for something that comes by itself; or it
        is put off.
      </Blank>
    </div>
  );
}

const EMPTY = {
  mine: "You work on no case",
  unassigned: "Somebody works on every case",
  "put-off": "Nothing is put off",
} as const;

/** What is chosen stands in the address, so it survives every refresh and can be sent to others. */
function useChosen(view: QueueView): {
  chosen: Chosen;
  choose: (next: Chosen) => void;
  cases: readonly Case[];
  more: (() => void) | undefined;
} {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const kept = view === "all" ? {} : { view };
  const choose = (next: Chosen): void => {
    void navigate({
      to: "/queue",
      search: { ...next, ...kept },
      replace: true,
      resetScroll: false,
    });
  };
  const named = useQuery({ ...caseQuery(search.case ?? ""), enabled: search.case !== undefined });
  const cause = search.cause ?? named.data?.exception.cause;
  const cases = useInfiniteQuery({
    ...casesQuery(cause ?? "", view),
    enabled: cause !== undefined,
  });
  useEffect(() => {
    document.querySelector("[data-chosen=true]")?.scrollIntoView({ block: "nearest" });
  });
  const chosen: Chosen = {
    ...(cause === undefined ? {} : { cause }),
    ...(search.case === undefined ? {} : { case: search.case }),
  };
  const more = cases.hasNextPage ? () => void cases.fetchNextPage() : undefined;
  return { chosen, choose, cases: cases.data?.pages.flatMap((page) => page.cases) ?? [], more };
}
