/** Exclude: the first of two people proposes; nothing changes before another one approves. */
import { useState } from "react";
import type { Answer, Case } from "../api/types.ts";
import { countText, moneyText } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { noteOf, PlanForm, ReasonFields, useWhy } from "./plan-form.tsx";
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
  const why = useWhy<Reason>("booked-by-hand");
  const [until, setUntil] = useState(() =>
    new Date(Date.now() + MONTH_MS).toISOString().slice(0, 10),
  );
  const ask = useAct<Excluded, Asked>(`/exceptions/${encodeURIComponent(one.id)}/exclude`);
  const expiresAt = `${until}T00:00:00Z`;
  return (
    <PlanForm
      ask={ask}
      body={(yes) => ({ reasonCode: why.reason, expiresAt, yes, ...noteOf(why.note) })}
      close={close}
      plan={(plan) => <Plan plan={plan} />}
    >
      <ReasonFields reasons={REASONS} why={why} />
      <label className="field">
        Until <span className="hint">then it is an exception again</span>
        <input type="date" required value={until} onChange={(e) => setUntil(e.target.value)} />
      </label>
    </PlanForm>
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
