/**
 * Repair of a reference: which thing that the document names, under which id the target has it,
 * what would then be sent; the second person approves exactly that.
 */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { referencesQuery } from "../api/queries.ts";
import type { Answer, Case } from "../api/types.ts";
import { countText, moneyListText } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import { noteOf, PlanForm } from "./plan-form.tsx";
import { RequestChange } from "./request-change.tsx";
import { useAct } from "./use-act.ts";

type Reference = Answer<"showReferences">["references"][number];
type Plan = Answer<"repairReference">;

interface RepairDialogProps {
  readonly one: Case;
  readonly open: boolean;
  readonly close: () => void;
}

export function RepairDialog({ one, open, close }: RepairDialogProps) {
  return (
    <Dialog title={`Repair: ${one.title}`} open={open} close={close} width="middle">
      <RepairBody one={one} close={close} />
    </Dialog>
  );
}

function RepairBody({ one, close }: Omit<RepairDialogProps, "open">) {
  const found = useQuery(referencesQuery(one.id));
  if (found.error !== null) return <ProblemView error={found.error} />;
  if (found.data === undefined) return <Skeleton lines={4} />;
  const open = found.data.references.filter((reference) => reference.fixed === undefined);
  if (open.length === 0) return <NothingToChoose references={found.data.references} />;
  return <RepairForm one={one} references={open} target={found.data.target} close={close} />;
}

function NothingToChoose({ references }: { readonly references: readonly Reference[] }) {
  return (
    <>
      <p>
        <b>Nothing that this document names can be given another id here.</b> Amounts, dates,
        customers and what a payment settles are corrected in the source; a missing account or tax
        code is set in the connection’s settings. Then retry.
      </p>
      <ul>
        {references.map(({ object, name, fixed }) => (
          <li key={object}>
            {name}: <span className="mute">{fixed}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

interface RepairFormProps {
  readonly one: Case;
  readonly references: readonly Reference[];
  readonly target: string;
  readonly close: () => void;
}

interface Asked {
  readonly object: string;
  readonly to: string;
  readonly note?: string;
  readonly yes: boolean;
}

function RepairForm({ one, references, target, close }: RepairFormProps) {
  const suspect = references.find(({ externalId }) => one.message.includes(` ${externalId} `));
  const [object, setObject] = useState((suspect ?? references[0])?.object ?? "");
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const ask = useAct<Plan, Asked>(`/exceptions/${encodeURIComponent(one.id)}/repair`);
  const chosen = references.find((reference) => reference.object === object);
  return (
    <PlanForm
      ask={ask}
      body={(yes) => ({ object, to: to.trim(), yes, ...noteOf(note) })}
      close={close}
      show="Show what would be sent"
      idle={ask.data?.sent === 0}
      plan={(plan) => <PlanView plan={plan} />}
    >
      <label className="field">
        What the document names
        <select value={object} onChange={(event) => setObject(event.target.value)}>
          {references.map((reference) => (
            <option key={reference.object} value={reference.object}>
              {reference.name} · {reference.externalId ?? "no id"} in {target}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        Its id in {target} <span className="hint">choose one, or type it</span>
        <input
          required
          list="alike"
          pattern="[!-~]{1,100}"
          autoComplete="off"
          placeholder={chosen?.externalId}
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
        <datalist id="alike">
          {(chosen?.alike ?? []).map((other) => (
            <option key={other.object} value={other.externalId}>
              {other.name}
            </option>
          ))}
        </datalist>
      </label>
      <label className="field">
        Why <span className="hint">for who approves, and the audit log</span>
        <input maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </PlanForm>
  );
}

/** Also what a second person looks at before they approve. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  const { content, sends, sent, left, waiting } = plan;
  const first = sends.find((one) => one.request !== undefined) ?? sends[0];
  const sum = content.money.length === 0 ? "" : `, ${moneyListText(content.money)}`;
  return (
    <>
      <p role="status">
        <b>Dry run, nothing is done yet.</b> {countText(sent, "handoff")} would be sent again
        {sum}
        {content.toName === undefined ? "" : ` as ${content.toName}`}
        {left === 0 ? "" : `; ${left} would be left as they are`}
        {waiting === 0 ? "" : `; ${waiting} that wait for it would go`}. The requests are built as
        they would leave.
      </p>
      {first === undefined ? null : <RequestChange send={first} />}
    </>
  );
}
