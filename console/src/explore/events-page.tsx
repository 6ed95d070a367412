import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { eventsQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { LedgerEvent } from "../api/types.ts";
import { moneyText, objectName, timeText, zone } from "../look/words.ts";
import { LongList } from "../parts/long-list.tsx";
import { NoPermission } from "../parts/page-states.tsx";
import { ExplorerFrame } from "./explorer-frame.tsx";
import { FilterBox } from "./filter-box.tsx";
import { Triptych } from "./triptych.tsx";

const idOf = (row: { readonly id: string }): string => row.id;

type Changes = Record<string, string | undefined>;

const route = getRouteApi("/shell/events");

/** Facts as they were recorded, the latest occurrence first. */
export function EventsPage() {
  const { open, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const may = useMay("story.read");
  const [chosen, setChosen] = useState(open);
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
      <ExplorerFrame
        title="Events"
        note="canonical facts, the latest first"
        query={query}
        empty={rows.length === 0}
        renew={() => void client.resetQueries({ queryKey: options.queryKey })}
        filters={
          <>
            <FilterBox name="Type" value={filter.type} set={(type) => go({ type })} />
            <FilterBox
              name="Source"
              value={filter.connection}
              set={(connection) => go({ connection })}
            />
            <FilterBox
              name="Object key"
              value={filter.subject}
              set={(subject) => go({ subject })}
              long
            />
          </>
        }
      >
        <LongList
          label="Events"
          head={<EventHead />}
          rows={rows}
          rowKey={idOf}
          chosen={chosen}
          choose={setChosen}
          open={(id) => {
            setChosen(id);
            go({ open: id });
          }}
          more={
            query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined
          }
        >
          {(row) => <EventRow row={row} />}
        </LongList>
      </ExplorerFrame>
      <Triptych event={open} close={() => go({ open: undefined })} />
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
