/** What both explorers share: head, filters, states, and word that newer rows are there. */
import { AsOf, Blank, ProblemView, Skeleton } from "../parts/page-states.tsx";

interface ExplorerFrameProps {
  readonly title: string;
  readonly note: string;
  readonly filters: React.ReactNode;
  readonly query: {
    readonly error: Error | null;
    readonly isPending: boolean;
    readonly isStale: boolean;
    readonly dataUpdatedAt: number;
    readonly data?: { readonly pages: readonly unknown[] } | undefined;
    readonly refetch: () => unknown;
  };
  readonly empty: boolean;
  readonly renew: () => void;
  readonly children: React.ReactNode;
}

export function ExplorerFrame(props: ExplorerFrameProps) {
  const { query, empty } = props;
  const walked = (query.data?.pages.length ?? 0) > 1;
  return (
    <>
      <div className="page-head">
        <h1>{props.title}</h1>
        <span className="mute">{props.note}</span>
        <span className="end">
          {walked && query.isStale ? (
            <button type="button" className="chip" onClick={props.renew}>
              show the newest
            </button>
          ) : null}{" "}
          <AsOf at={query.dataUpdatedAt} failing={query.error !== null} />
        </span>
      </div>
      <div className="filters bar">{props.filters}</div>
      {query.error === null ? null : (
        <ProblemView error={query.error} again={() => void query.refetch()} />
      )}
      {query.isPending && query.error === null ? <Skeleton lines={8} /> : null}
      {query.data !== undefined && empty ? (
        <div className="card">
          <Blank title="Nothing fits">
            No row fits these filters, among all that you may see. Take a filter away.
          </Blank>
        </div>
      ) : null}
      {empty ? null : props.children}
    </>
  );
}
