/** Exclude: the first of two people proposes; nothing changes before another one approves. */
import { useState } from "react";
import type { Answer, Case } from "../api/types.ts";
import { countText, moneyText, plainWords } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemView } from "../parts/page-states.tsx";
import { ProposedNote } from "./proposed-note.tsx";
import { useAct } from "./use-act.ts";

type Excluded = Answer<"excludeException">;
type Reason = Excluded["content"]["reasonCode"];

const REASONS: readonly Reason[] = [
  "booked-by-hand",
  "not-ours",
  "duplicate-in-source",
  "before-go-live",
  "immaterial",
  "other",
];

const MONTH_MS = 30 * 86_400_000;

interface ExcludeDialogProps {
  readonly one: Case;
  readonly open: boolean;
  readonly close: () => void;
}

export function ExcludeDialog({ one, open, close }: ExcludeDialogProps) {
  return (
    <Dialog title={`Exclude: ${one.title}`} open={open} close={close}>
      <ExcludeForm one={one} close={close} />
    </Dialog>
  );
}

interface Asked {
  readonly reasonCode: Reason;
  readonly expiresAt: string;
  readonly note?: string;
  readonly yes: boolean;
}

function ExcludeForm({ one, close }: Omit<ExcludeDialogProps, "open">) {
  const [reasonCode, setReasonCode] = useState<Reason>("booked-by-hand");
  const [note, setNote] = useState("");
  const [until, setUntil] = useState(() =>
    new Date(Date.now() + MONTH_MS).toISOString().slice(0, 10),
  );
  const ask = useAct<Excluded, Asked>(`/exceptions/${encodeURIComponent(one.id)}/exclude`);
  if (ask.data?.proposal !== undefined) return <ProposedNote close={close} />;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const why = note.trim() === "" ? {} : { note: note.trim() };
        const expiresAt = `${until}T00:00:00Z`;
        ask.mutate({ reasonCode, expiresAt, yes: ask.data !== undefined, ...why });
      }}
      // What was planned is no longer what would be proposed.
      onChange={() => ask.reset()}
    >
      <label className="field">
        Reason
        <select
          value={reasonCode}
          onChange={(event) => setReasonCode(event.target.value as Reason)}
        >
          {REASONS.map((reason) => (
            <option key={reason} value={reason}>
              {plainWords(reason)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        In your own words <span className="hint">kept in the audit log</span>
        <textarea rows={2} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
      </label>
      <label className="field">
        Until <span className="hint">then it is an exception again</span>
        <input type="date" required value={until} onChange={(e) => setUntil(e.target.value)} />
      </label>
      {ask.data === undefined ? null : <Plan plan={ask.data} />}
      {ask.error === null ? null : <ProblemView error={ask.error} />}
      <div className="buttons">
        <button type="submit" className="button main" disabled={ask.isPending}>
          {ask.data === undefined ? "Show the plan" : "Propose it"}
        </button>
        <button type="button" className="button" onClick={close}>
          Not now
        </button>
      </div>
    </form>
  );
}

function Plan({ plan }: { readonly plan: Excluded }) {
  const { content, dependants } = plan;
  const sum = content.amount === undefined ? "" : ` of ${moneyText(content.amount)}`;
  return (
    <p role="status">
      <b>Dry run, nothing is done yet.</b> {content.target} will not get {content.object}
      {sum} until {content.expiresAt.slice(0, 10)}.{" "}
      {dependants === 0
        ? "Nothing else needs it."
        : `${countText(dependants, "handoff")} that need it would become exceptions of their own.`}
    </p>
  );
}
