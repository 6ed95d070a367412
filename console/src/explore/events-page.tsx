import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { eventsQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { LedgerEvent } from "../api/types.ts";
import { moneyText, objectName, timeText, zone } from "../look/words.ts";
import { NoPermission } from "../parts/page-states.tsx";
import { ExplorerList } from "./explorer-list.tsx";
import { FilterBox } from "./filter-box.tsx";
import { Triptych } from "./triptych.tsx";

type Changes = Record<string, string | undefined>;

const route = getRouteApi("/shell/events");

/** Facts as they were recorded, the latest occurrence first. */
export function EventsPage() {
  const { open, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay("story.read");
  const options = eventsQuery(filter);
  const query = useInfiniteQuery({ ...options, enabled: may });
  const go = (changes: Changes): void => {
    void navigate({
      to: "/events",
      search: { ...filter, ...(open === undefined ? {} : { open }), ...changes },
      replace: true,
      resetScroll: false,
    });
  };
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.events) ?? [], [pages]);
  if (!may) return <NoPermission />;
  return (
    <>
      <ExplorerList
        title="Events"
        note="canonical facts, the latest first"
        query={query}
        queryKey={options.queryKey}
        rows={rows}
        opened={open}
        open={(id) => go({ open: id })}
        filters={<EventFilters filter={filter} go={go} />}
        head={<EventHead />}
      >
        {(row) => <EventRow row={row} />}
      </ExplorerList>
      <Triptych event={open} close={() => go({ open: undefined })} />
    </>
  );
}

interface EventFiltersProps {
  readonly filter: { type?: string; connection?: string; subject?: string };
  readonly go: (changes: Changes) => void;
}

function EventFilters({ filter, go }: EventFiltersProps) {
  return (
    <>
      <FilterBox name="Type" value={filter.type} set={(type) => go({ type })} />
      <FilterBox name="Source" value={filter.connection} set={(connection) => go({ connection })} />
      <FilterBox name="Object key" value={filter.subject} set={(subject) => go({ subject })} long />
    </>
  );
}

function EventHead() {
  return (
    <div className="grid-event">
      <span>Occurred ({zone})</span>
      <span>Type</span>
      <span>Object</span>
      <span>Source</span>
      <span className="num">Amount</span>
    </div>
  );
}

function EventRow({ row }: { readonly row: LedgerEvent }) {
  return (
    <div className="grid-event">
      <span className="mute">{timeText(row.occurredAt)}</span>
      <b>{row.type}</b>
      <span className="clip" title={row.subject}>
        {objectName(row.subject)}
      </span>
      <span className="mute clip">{row.connection}</span>
      <span className="num">{row.amount === undefined ? "" : moneyText(row.amount)}</span>
    </div>
  );
}
