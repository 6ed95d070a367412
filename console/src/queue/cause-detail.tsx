import { useMay } from "../api/session.ts";
import type { Cause } from "../api/types.ts";
import { countText } from "../look/words.ts";
import { MoneyStack, Time } from "../parts/values.tsx";
import type { DialogName } from "./chosen.ts";
import { RetryDialog } from "./retry-dialog.tsx";
import { WorkBar } from "./work-bar.tsx";

interface CauseDetailProps {
  readonly cause: Cause;
  readonly dialog: DialogName;
  readonly setDialog: (dialog: DialogName) => void;
}

/** The group as a whole: one remedy, many cases. */
export function CauseDetail({ cause, dialog, setDialog }: CauseDetailProps) {
  const mayRetry = useMay("exception.retry");
  return (
    <section className="card" aria-labelledby="cause-title">
      <div className="head">
        <h2 id="cause-title">{cause.title}</h2>
        <span className="end">
          <code>{cause.code}</code>
        </span>
      </div>
      <div className="body stack">
        <dl className="facts">
          <dt>Cases</dt>
          <dd>
            {cause.cases}
            {cause.casesWithoutAmount === 0
              ? ""
              : `, ${cause.casesWithoutAmount} without an amount`}
          </dd>
          <dt>Money held up</dt>
          <dd>
            <MoneyStack list={cause.money} />
          </dd>
          <dt>Waits behind</dt>
          <dd>{countText(cause.dependantsWaiting, "handoff")}</dd>
          <dt>Since</dt>
          <dd>
            <Time at={cause.oldestAt} /> to <Time at={cause.newestAt} />
          </dd>
          <dt>Works on it</dt>
          <dd>{workersOf(cause)}</dd>
          <dt>Owner</dt>
          <dd>{cause.ownerRole}</dd>
          <dt>Target</dt>
          <dd>{cause.target ?? "none: it is about what arrived"}</dd>
        </dl>
        <p className="mute">
          Mend the cause where it lies, then retry all of it: dependants follow by themselves, in
          order.
        </p>
        <WorkBar
          what={{ cause: cause.cause }}
          title={cause.title}
          assignees={cause.assignees}
          unassigned={cause.unassigned}
          snoozed={cause.snoozed}
          dialog={dialog}
          setDialog={setDialog}
        />
        {mayRetry && cause.kind === "handoff" ? (
          <div className="buttons">
            <button type="button" className="button main" onClick={() => setDialog("retry")}>
              Retry all {cause.cases} … <kbd>r</kbd>
            </button>
          </div>
        ) : null}
      </div>
      <RetryDialog
        what={{ cause: cause.cause }}
        title={cause.title}
        open={dialog === "retry" && mayRetry}
        close={() => setDialog(undefined)}
      />
    </section>
  );
}

function workersOf({ assignees, unassigned }: Cause): string {
  const nobody = unassigned === 0 ? [] : [`nobody on ${countText(unassigned, "case")}`];
  return [...assignees, ...nobody].join(", ");
}
