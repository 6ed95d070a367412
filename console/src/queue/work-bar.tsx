/** Who works on a case or a cause, and the acts about that. */
import { useMay, useSession } from "../api/session.ts";
import type { Answer } from "../api/types.ts";
import { useKeys } from "../shell/keys.ts";
import type { DialogName, Which } from "./chosen.ts";
import { useAct } from "./use-act.ts";
import { AssignDialog, SnoozeDialog } from "./work-dialogs.tsx";

interface WorkBarProps {
  readonly what: Which;
  readonly title: string;
  /** Everybody who works on some of it. */
  readonly assignees: readonly string[];
  readonly unassigned: number;
  readonly snoozed: number;
  readonly dialog: DialogName;
  readonly setDialog: (dialog: DialogName) => void;
}

export function WorkBar(props: WorkBarProps) {
  const { what, title, assignees, unassigned, snoozed, dialog, setDialog } = props;
  const may = useMay("exception.assign");
  const name = useSession()?.person.name ?? "";
  const take = useAct<Answer<"assignException">, Which>("/exceptions/assign");
  const wake = useAct<Answer<"wakeException">, Which>("/exceptions/wake");
  const allMine = unassigned === 0 && assignees.length === 1 && assignees[0] === name;
  const takeIt = (): void => {
    if (may && !allMine) take.mutate(what);
  };
  useKeys({
    a: takeIt,
    A: () => setDialog(may ? "assign" : undefined),
    s: () => setDialog(may ? "snooze" : undefined),
  });
  if (!may) return null;
  const close = (): void => setDialog(undefined);
  return (
    <div className="buttons">
      {allMine ? null : (
        <button type="button" className="button" disabled={take.isPending} onClick={takeIt}>
          Take it <kbd>a</kbd>
        </button>
      )}
      <button type="button" className="button" onClick={() => setDialog("assign")}>
        Give to … <kbd>A</kbd>
      </button>
      <button type="button" className="button" onClick={() => setDialog("snooze")}>
        Put off … <kbd>s</kbd>
      </button>
      {snoozed === 0 ? null : (
        <button
          type="button"
          className="button"
          disabled={wake.isPending}
          onClick={() => wake.mutate(what)}
        >
          Back into the list
        </button>
      )}
      <AssignDialog what={what} title={title} open={dialog === "assign"} close={close} />
      <SnoozeDialog what={what} title={title} open={dialog === "snooze"} close={close} />
    </div>
  );
}
