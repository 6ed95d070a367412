/** Accept: a document may stand in the target as somebody left it there; proposed by the first. */
import type { Answer, Case } from "../api/types.ts";
import { moneyText } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { noteOf, PlanForm, ReasonFields, useWhy } from "./plan-form.tsx";
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
  const why = useWhy<Reason>("corrected-in-target");
  const ask = useAct<Accepted, Asked>(`/exceptions/${encodeURIComponent(one.id)}/accept`);
  return (
    <PlanForm
      ask={ask}
      body={(yes) => ({ reasonCode: why.reason, yes, ...noteOf(why.note) })}
      close={close}
      plan={({ content }) => (
        <p role="status">
          <b>Dry run, nothing is done yet.</b> {content.document} may stand in {content.target} as
          it stands{content.amount === undefined ? "" : ` (${moneyText(content.amount)})`}:{" "}
          {content.message} A later change of it opens a new case.
        </p>
      )}
    >
      <ReasonFields reasons={REASONS} why={why} />
    </PlanForm>
  );
}
