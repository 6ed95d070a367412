import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { handoffsQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Handoff } from "../api/types.ts";
import { moneyText, objectName, plainWords, timeText, zone } from "../look/words.ts";
import { NoPermission } from "../parts/page-states.tsx";
import { StateMark, stateWord } from "../parts/state-mark.tsx";
import { ExplorerList } from "./explorer-list.tsx";
import { FilterBox, FilterChoice } from "./filter-box.tsx";
import { Triptych } from "./triptych.tsx";

type Changes = Record<string, string | undefined>;

const route = getRouteApi("/shell/handoffs");

const STATES = [
  "waiting",
  "ready",
  "sent",
  "awaiting",
  "unknown",
  "confirmed",
  "excepted",
  "excluded",
  "superseded",
].map((state) => [state, stateWord(state)] as const);

const REASONS = [
  "parked",
  "need",
  "not-before",
  "due",
  "sending-off",
  "budget-paused",
  "queued",
  "in-flight",
  "in-doubt",
  "awaiting-target",
  "exception",
].map((reason) => [reason, plainWords(reason)] as const);

/** One event to one target each, the newest first, with the reason why it is where it is. */
export function HandoffsPage() {
  const { open, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay("handoff.read");
  const options = handoffsQuery(filter);
  const query = useInfiniteQuery({ ...options, enabled: may });
  const go = (changes: Changes): void => {
    void navigate({
      to: "/handoffs",
      search: { ...filter, ...(open === undefined ? {} : { open }), ...changes },
      replace: true,
      resetScroll: false,
    });
  };
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.handoffs) ?? [], [pages]);
  if (!may) return <NoPermission />;
  return (
    <>
      <ExplorerList
        title="Handoffs"
        note="each event on its way to each target, the newest first"
        query={query}
        queryKey={options.queryKey}
        rows={rows}
        opened={open}
        open={(id) => go({ open: id })}
        filters={<Filters filter={filter} go={go} />}
        head={<HandoffHead />}
      >
        {(row) => <HandoffRow row={row} />}
      </ExplorerList>
      <Triptych handoff={open} close={() => go({ open: undefined })} />
    </>
  );
}

interface FiltersProps {
  readonly filter: { state?: string; target?: string; reason?: string; object?: string };
  readonly go: (changes: Changes) => void;
}

function Filters({ filter, go }: FiltersProps) {
  return (
    <>
      <FilterChoice
        name="State"
        value={filter.state}
        choices={STATES}
        set={(state) => go({ state })}
      />
      <FilterChoice
        name="Why not done"
        value={filter.reason}
        choices={REASONS}
        set={(reason) => go({ reason })}
      />
      <FilterBox name="Target" value={filter.target} set={(target) => go({ target })} />
      <FilterBox name="Object key" value={filter.object} set={(object) => go({ object })} long />
    </>
  );
}

function HandoffHead() {
  return (
    <div className="grid-handoff">
      <span>Made ({zone})</span>
      <span>State</span>
      <span>Operation</span>
      <span>Object</span>
      <span>Target</span>
      <span className="num">Amount</span>
    </div>
  );
}

function HandoffRow({ row }: { readonly row: Handoff }) {
  const why = row.wait?.text ?? "";
  return (
    <div className="grid-handoff">
      <span className="mute">{timeText(row.createdAt)}</span>
      <span title={why}>
        <StateMark state={row.state} />
      </span>
      <span className="clip">{row.operation}</span>
      <span className="clip" title={row.object}>
        {objectName(row.object)} {why === "" ? null : <span className="mute">· {why}</span>}
      </span>
      <span className="mute clip">{row.target}</span>
      <span className="num">{row.amount === undefined ? "" : moneyText(row.amount)}</span>
    </div>
  );
}
