/** Accept: a document may stand in the target as somebody left it there; proposed by the first. */
import { useState } from "react";
import type { Answer, Case } from "../api/types.ts";
import { moneyText, plainWords } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemView } from "../parts/page-states.tsx";
import { ProposedNote } from "./proposed-note.tsx";
import { useAct } from "./use-act.ts";

type Accepted = Answer<"acceptDifference">;
type Reason = Accepted["content"]["reasonCode"];

const REASONS: readonly Reason[] = [
  "corrected-in-target",
  "booked-by-hand",
  "not-ours",
  "immaterial",
  "other",
];

interface AcceptDialogProps {
  readonly one: Case;
  readonly open: boolean;
  readonly close: () => void;
}

export function AcceptDialog({ one, open, close }: AcceptDialogProps) {
  return (
    <Dialog title={`Accept: ${one.title}`} open={open} close={close}>
      <AcceptForm one={one} close={close} />
    </Dialog>
  );
}

interface Asked {
  readonly reasonCode: Reason;
  readonly note?: string;
  readonly yes: boolean;
}

function AcceptForm({ one, close }: Omit<AcceptDialogProps, "open">) {
  const [reasonCode, setReasonCode] = useState<Reason>("corrected-in-target");
  const [note, setNote] = useState("");
  const ask = useAct<Accepted, Asked>(`/exceptions/${encodeURIComponent(one.id)}/accept`);
  if (ask.data?.proposal !== undefined) return <ProposedNote close={close} />;
  const content = ask.data?.content;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const why = note.trim() === "" ? {} : { note: note.trim() };
        ask.mutate({ reasonCode, yes: ask.data !== undefined, ...why });
      }}
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
      {content === undefined ? null : (
        <p role="status">
          <b>Dry run, nothing is done yet.</b> {content.document} may stand in {content.target} as
          it stands{content.amount === undefined ? "" : ` (${moneyText(content.amount)})`}:{" "}
          {content.message} A later change of it opens a new case.
        </p>
      )}
      {ask.error === null ? null : <ProblemView error={ask.error} />}
      <div className="buttons">
        <button type="submit" className="button main" disabled={ask.isPending}>
          {content === undefined ? "Show the plan" : "Propose it"}
        </button>
        <button type="button" className="button" onClick={close}>
          Not now
        </button>
      </div>
    </form>
  );
}
