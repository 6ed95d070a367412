/** The frame of an act that needs two people: fields, the plan of what they say, the proposal. */
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useState } from "react";
import { plainWords } from "../look/words.ts";
import { FormButtons } from "../parts/form-buttons.tsx";
import { ProblemView } from "../parts/page-states.tsx";
import { ProposedNote } from "./proposed-note.tsx";

interface Planned {
  readonly proposal?: unknown;
}

interface PlanFormProps<Plan extends Planned, Asked> {
  readonly ask: UseMutationResult<Plan, Error, Asked>;
  /** What is sent; `yes` proposes what was planned. */
  readonly body: (yes: boolean) => Asked;
  readonly close: () => void;
  /** The button's words while nothing is planned. */
  readonly show?: string;
  /** True when the plan says that nothing would come of it. */
  readonly idle?: boolean;
  readonly plan: (plan: Plan) => ReactNode;
  readonly children: ReactNode;
}

export function PlanForm<Plan extends Planned, Asked>(props: PlanFormProps<Plan, Asked>) {
  const { ask, body, close, show = "Show the plan", idle = false, plan, children } = props;
  if (ask.data?.proposal !== undefined) return <ProposedNote close={close} />;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(body(ask.data !== undefined));
      }}
      // What was planned is no longer what would be proposed.
      onChange={() => ask.reset()}
    >
      {children}
      {ask.data === undefined ? null : plan(ask.data)}
      {ask.error === null ? null : <ProblemView error={ask.error} />}
      <FormButtons
        word={ask.data === undefined ? show : "Propose it"}
        disabled={ask.isPending || idle}
        close={close}
      />
    </form>
  );
}

/** What is said of an act: one of its reasons, and words of one's own. */
export function useWhy<Reason extends string>(first: Reason) {
  const [reason, setReason] = useState(first);
  const [note, setNote] = useState("");
  return { reason, setReason, note, setNote };
}

interface ReasonFieldsProps<Reason extends string> {
  readonly reasons: readonly Reason[];
  readonly why: ReturnType<typeof useWhy<Reason>>;
}

export function ReasonFields<Reason extends string>({ reasons, why }: ReasonFieldsProps<Reason>) {
  const { reason, setReason, note, setNote } = why;
  return (
    <>
      <label className="field">
        Reason
        <select value={reason} onChange={(event) => setReason(event.target.value as Reason)}>
          {reasons.map((one) => (
            <option key={one} value={one}>
              {plainWords(one)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        In your own words <span className="hint">kept in the audit log</span>
        <textarea rows={2} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
      </label>
    </>
  );
}

/** A note that says nothing is not sent. */
export function noteOf(text: string): { readonly note?: string } {
  const note = text.trim();
  return note === "" ? {} : { note };
}
