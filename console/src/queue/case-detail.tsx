/** One case: what happened, what was sent, what the target said, what can be done. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { caseQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Answer, Case } from "../api/types.ts";
import { AttemptList } from "../explore/attempt-list.tsx";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import { StateMark, Tag } from "../parts/state-mark.tsx";
import { Id, Money, StoryLink, Time } from "../parts/values.tsx";
import { useKeys } from "../shell/keys.ts";
import { AcceptDialog } from "./accept-dialog.tsx";
import { ageOf } from "./cause-list.tsx";
import type { DialogName } from "./chosen.ts";
import { ExcludeDialog } from "./exclude-dialog.tsx";
import { RepairDialog } from "./repair-dialog.tsx";
import { RetryDialog } from "./retry-dialog.tsx";
import { WorkBar } from "./work-bar.tsx";

interface CaseDetailProps {
  readonly id: string;
  readonly dialog: DialogName;
  readonly setDialog: (dialog: DialogName) => void;
}

export function CaseDetail({ id, dialog, setDialog }: CaseDetailProps) {
  const found = useQuery(caseQuery(id));
  const navigate = useNavigate();
  const object = found.data?.exception.object;
  useKeys({
    t: () => {
      if (object !== undefined) void navigate({ to: "/story", search: { id: object } });
    },
  });
  if (found.data === undefined) {
    return found.error === null ? <Skeleton /> : <ProblemView error={found.error} />;
  }
  const one = found.data.exception;
  return (
    <section className="card" aria-labelledby="case-title">
      <div className="head">
        <h2 id="case-title">{one.title}</h2>
        <span className="end">
          <CaseState one={one} />
        </span>
      </div>
      <div className="body stack">
        <p className="said">{one.message}</p>
        <CaseFacts found={found.data} />
        <CaseActs one={one} dialog={dialog} setDialog={setDialog} />
        {one.state === "open" ? (
          <WorkBar
            what={{ id: one.id }}
            title={one.title}
            assignees={one.assignee === undefined ? [] : [one.assignee]}
            unassigned={one.assignee === undefined ? 1 : 0}
            snoozed={one.snoozedUntil === undefined ? 0 : 1}
            dialog={dialog}
            setDialog={setDialog}
          />
        ) : null}
      </div>
      {one.handoff === undefined ? null : <AttemptList handoff={one.handoff} />}
    </section>
  );
}

function CaseState({ one }: { readonly one: Case }) {
  if (one.state === "open")
    return <StateMark state="excepted" word={`open ${ageOf(one.openedAt)}`} />;
  return <Tag tone="ok" word={`${one.state}: ${one.resolution ?? ""}`} />;
}

function CaseFacts({ found }: { readonly found: Answer<"showException"> }) {
  const { exception: one, handoff, sameCause } = found;
  return (
    <dl className="facts">
      <dt>Object</dt>
      <dd>{one.object === undefined ? "–" : <StoryLink id={one.object} />}</dd>
      <dt>Amount</dt>
      <dd>
        <Money value={one.amount} />
      </dd>
      <dt>Target</dt>
      <dd>{one.target ?? "none"}</dd>
      <dt>Code</dt>
      <dd>
        <code>{one.code}</code>
      </dd>
      <dt>Opened</dt>
      <dd>
        <Time at={one.openedAt} />
      </dd>
      {handoff === undefined ? null : (
        <>
          <dt>Handoff</dt>
          <dd>
            <StateMark state={handoff.state} /> {handoff.operation} <Id id={handoff.id} />
          </dd>
          <dt>Deadline</dt>
          <dd>
            <Time at={handoff.deadlineAt} />
          </dd>
        </>
      )}
      <dt>Works on it</dt>
      <dd>{one.assignee ?? <span className="mute">nobody yet; {one.ownerRole}</span>}</dd>
      {one.snoozedUntil === undefined ? null : (
        <>
          <dt>Put off</dt>
          <dd>
            until <Time at={one.snoozedUntil} />: {one.snoozeReason}
          </dd>
        </>
      )}
      <dt>Same cause</dt>
      <dd>
        {sameCause.cases} open, {sameCause.dependantsWaiting} wait behind
      </dd>
    </dl>
  );
}

interface CaseActsProps {
  readonly one: Case;
  readonly dialog: DialogName;
  readonly setDialog: (dialog: DialogName) => void;
}

function CaseActs({ one, dialog, setDialog }: CaseActsProps) {
  const sent = one.state === "open" && one.kind === "handoff" && one.handoff !== undefined;
  const mayRetry = useMay("exception.retry") && sent;
  const mayRepair = useMay("reference.repair") && sent;
  const mayExclude = useMay("exception.exclude") && sent;
  const mayAccept = useMay("exception.accept") && one.state === "open" && one.kind === "drift";
  const close = (): void => setDialog(undefined);
  return (
    <div className="buttons">
      {mayRetry ? (
        <button type="button" className="button main" onClick={() => setDialog("retry")}>
          Retry … <kbd>r</kbd>
        </button>
      ) : null}
      {mayRepair ? (
        <button type="button" className="button" onClick={() => setDialog("repair")}>
          Repair … <kbd>e</kbd>
        </button>
      ) : null}
      {mayAccept ? (
        <button type="button" className="button main" onClick={() => setDialog("exclude")}>
          Accept … <kbd>x</kbd>
        </button>
      ) : null}
      {mayExclude ? (
        <button type="button" className="button" onClick={() => setDialog("exclude")}>
          Exclude … <kbd>x</kbd>
        </button>
      ) : null}
      {one.object === undefined ? null : (
        <Link to="/story" search={{ id: one.object }} className="button">
          Story <kbd>t</kbd>
        </Link>
      )}
      <RetryDialog
        what={{ id: one.id }}
        title={one.title}
        open={dialog === "retry" && mayRetry}
        close={close}
      />
      <RepairDialog one={one} open={dialog === "repair" && mayRepair} close={close} />
      <ExcludeDialog one={one} open={dialog === "exclude" && mayExclude} close={close} />
      <AcceptDialog one={one} open={dialog === "exclude" && mayAccept} close={close} />
    </div>
  );
}
