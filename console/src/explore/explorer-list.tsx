/**
 * What both explorers are: filters, a list of any length behind them, and what is opened from it.
 * `open` stands in the address; what is chosen does not, so that walking leaves no trace.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { LongList } from "../parts/long-list.tsx";
import { ExplorerFrame } from "./explorer-frame.tsx";

/** What of a query over pages a list needs. */
export interface PagedQuery {
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly isStale: boolean;
  readonly isFetching: boolean;
  readonly hasNextPage: boolean;
  readonly dataUpdatedAt: number;
  readonly data?: { readonly pages: readonly unknown[] } | undefined;
  readonly refetch: () => unknown;
  readonly fetchNextPage: () => unknown;
}

interface ExplorerListProps<Row extends { readonly id: string }> {
  readonly title: string;
  readonly note: string;
  readonly query: PagedQuery;
  readonly queryKey: readonly unknown[];
  readonly rows: readonly Row[];
  readonly opened: string | undefined;
  readonly open: (id: string) => void;
  readonly filters: React.ReactNode;
  readonly head: React.ReactNode;
  readonly children: (row: Row) => React.ReactNode;
}

const idOf = (row: { readonly id: string }): string => row.id;

export function ExplorerList<Row extends { readonly id: string }>(props: ExplorerListProps<Row>) {
  const { query, rows } = props;
  const client = useQueryClient();
  const [chosen, setChosen] = useState(props.opened);
  const next = query.hasNextPage && !query.isFetching;
  return (
    <ExplorerFrame
      title={props.title}
      note={props.note}
      query={query}
      empty={rows.length === 0}
      renew={() => void client.resetQueries({ queryKey: props.queryKey })}
      filters={props.filters}
    >
      <LongList
        label={props.title}
        head={props.head}
        rows={rows}
        rowKey={idOf}
        chosen={chosen}
        choose={setChosen}
        open={(id) => {
          setChosen(id);
          props.open(id);
        }}
        more={next ? () => void query.fetchNextPage() : undefined}
      >
        {props.children}
      </LongList>
    </ExplorerFrame>
  );
}
