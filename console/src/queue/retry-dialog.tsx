/** Retry: the plan first, made by the code that acts; then the act. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import type { RetryPlan } from "../api/types.ts";
import { countText, moneyListText } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import { Tag } from "../parts/state-mark.tsx";
import { Id, Money } from "../parts/values.tsx";
import type { Which } from "./chosen.ts";
import { useAct } from "./use-act.ts";

interface RetryDialogProps {
  readonly what: Which;
  readonly title: string;
  readonly open: boolean;
  readonly close: () => void;
}

export function RetryDialog({ what, title, open, close }: RetryDialogProps) {
  return (
    <Dialog title={`Retry: ${title}`} open={open} close={close}>
      <RetryBody what={what} close={close} />
    </Dialog>
  );
}

function RetryBody({ what, close }: Pick<RetryDialogProps, "what" | "close">) {
  const csrf = useSession()?.csrf;
  const [reason, setReason] = useState("");
  const plan = useQuery({
    queryKey: ["plan", what],
    queryFn: () => post<RetryPlan>("/exceptions/retry", what, csrf),
    gcTime: 0,
    retry: false,
  });
  const act = useAct<RetryPlan, Which & { yes: true; reason?: string }>("/exceptions/retry");
  // First: what was done stays said, though a plan made anew would find nothing left to do.
  if (act.data !== undefined) return <Done result={act.data} close={close} />;
  if (plan.error !== null) return <ProblemView error={plan.error} />;
  if (plan.data === undefined) return <Skeleton lines={4} />;
  return (
    <>
      <PlanView plan={plan.data} />
      {act.error === null ? null : <ProblemView error={act.error} />}
      <label className="field">
        What was mended <span className="hint">kept in the audit log</span>
        <input value={reason} onChange={(event) => setReason(event.target.value)} maxLength={500} />
      </label>
      <div className="buttons">
        <button
          type="button"
          className="button main"
          disabled={act.isPending || plan.data.retried === 0}
          onClick={() =>
            act.mutate({ ...what, yes: true, ...(reason.trim() === "" ? {} : { reason }) })
          }
        >
          {act.isPending ? "Retrying …" : `Retry ${countText(plan.data.retried, "handoff")}`}
        </button>
        <button type="button" className="button" onClick={close}>
          Not now
        </button>
      </div>
    </>
  );
}

function PlanView({ plan }: { readonly plan: RetryPlan }) {
  return (
    <>
      <p>
        <b>Dry run, nothing is done yet.</b> {countText(plan.retried, "handoff")} would be sent
        again{plan.money.length === 0 ? "" : `, ${moneyListText(plan.money)}`}
        {plan.left === 0 ? "" : `; ${plan.left} would be left as they are`}.{" "}
        {plan.dependantsWaiting === 0
          ? "Nothing else waits for them."
          : `${countText(plan.dependantsWaiting, "other")} wait behind and would follow.`}
      </p>
      <ul className="steps">
        {plan.steps.map((step) => (
          <li key={step.id}>
            <Tag tone={step.act === "leave" ? "warn" : "move"} word={step.act} />
            <Id id={step.handoff ?? step.id} />
            <span className="num">
              <Money value={step.amount} />
            </span>
            {step.why === undefined ? null : <span className="mute why">{step.why}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Done({ result, close }: { readonly result: RetryPlan; readonly close: () => void }) {
  return (
    <>
      <p role="status">
        <b>{countText(result.retried, "handoff")} on the way again.</b>{" "}
        {result.left === 0 ? "" : `${result.left} were left as they are. `}
        What becomes of it shows here by itself.
      </p>
      <div className="buttons">
        <button type="button" className="button main" onClick={close}>
          Watch it
        </button>
      </div>
    </>
  );
}
