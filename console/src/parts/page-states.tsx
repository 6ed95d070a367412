/** What a page shows when it has nothing to show: not yet, nothing there, not well, not allowed. */
import { ApiProblem } from "../api/client.ts";
import { clockText, zone } from "../look/words.ts";

export function Skeleton({ lines = 6 }: { readonly lines?: number }) {
  const widths = [92, 78, 85, 60, 88, 70, 81, 64];
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
          key={index}
          className="bone"
          style={{ width: `${widths[index % widths.length]}%` }}
        />
      ))}
    </div>
  );
}

interface BlankProps {
  readonly title: string;
  readonly children?: React.ReactNode;
  readonly act?: React.ReactNode;
}

export function Blank({ title, children, act }: BlankProps) {
  return (
    <div className="blank">
      <svg width="64" height="40" viewBox="0 0 64 40" aria-hidden="true">
        <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
          <path d="M4 12h56M4 28h56" strokeDasharray="2 5" />
          <circle cx="20" cy="12" r="4.5" />
          <circle cx="44" cy="28" r="4.5" />
          <path d="M25 12c12 0 8 16 14 16" />
        </g>
      </svg>
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {act}
    </div>
  );
}

const HELP: Readonly<Record<number, string>> = {
  0: "Check that it runs (npm start) and that the network is there. Nothing is lost meanwhile.",
  400: "Correct what is named above.",
  403: "Ask an administrator for a role that holds this permission.",
  404: "Check the id, or search for a part of the customer's name.",
  409: "Somebody or something changed it meanwhile; look at it as it is now.",
  429: "Wait a little, then try again.",
  503: "The hub is busy or its ledger is away; try again in a moment.",
};

/** problem+json in words: what happened, the code to look up, what to do. */
export function ProblemView({
  error,
  again,
}: {
  readonly error: Error;
  readonly again?: () => void;
}) {
  const problem = error instanceof ApiProblem ? error : undefined;
  if (problem?.status === 403) return <NoPermission detail={problem.message} />;
  const help = HELP[problem?.status ?? 500] ?? "The hub's log has the reason.";
  return (
    <div className="notice bad" role="alert">
      <p>
        <b>{problem?.title ?? "This page failed"}.</b>{" "}
        {problem?.message === problem?.title ? "" : `${error.message} `}
        {help} <code>{problem?.code ?? error.name}</code>
      </p>
      {again === undefined ? null : (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function NoPermission({ detail }: { readonly detail?: string }) {
  return (
    <div className="card">
      <Blank title="You may not see this">
        {detail ?? "No role of yours holds the permission."} An administrator can give you one:{" "}
        <code>tieout user grant</code>
      </Blank>
    </div>
  );
}

/** The moment that the data on the page shows; older than a minute is said to be old. */
export function AsOf({ at, failing }: { readonly at: number; readonly failing?: boolean }) {
  if (at === 0) return null;
  return (
    <span className={failing === true ? "tag warn" : "mute"}>
      {failing === true ? "stale, " : ""}as of {clockText(at)} {zone}
    </span>
  );
}
