/** Who works on it, and until when it may wait. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { assigneesQuery } from "../api/queries.ts";
import type { Answer } from "../api/types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormButtons } from "../parts/form-buttons.tsx";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import type { Which } from "./chosen.ts";
import { useAct } from "./use-act.ts";

interface WorkDialogProps {
  readonly what: Which;
  readonly title: string;
  readonly open: boolean;
  readonly close: () => void;
}

export function AssignDialog({ what, title, open, close }: WorkDialogProps) {
  return (
    <Dialog title={`Who works on it: ${title}`} open={open} close={close}>
      <AssignForm what={what} close={close} />
    </Dialog>
  );
}

type AssignBody = Which & { readonly to?: string; readonly nobody?: boolean };

function AssignForm({ what, close }: Pick<WorkDialogProps, "what" | "close">) {
  const people = useQuery(assigneesQuery);
  const [to, setTo] = useState("");
  const act = useAct<Answer<"assignException">, AssignBody>("/exceptions/assign");
  if (people.error !== null) return <ProblemView error={people.error} />;
  if (people.data === undefined) return <Skeleton lines={3} />;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const body = to === "" ? { ...what, nobody: true } : { ...what, to };
        act.mutate(body, { onSuccess: close });
      }}
    >
      <label className="field">
        Person
        <select value={to} onChange={(event) => setTo(event.target.value)}>
          <option value="">nobody: whoever takes it</option>
          {people.data.people.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {act.error === null ? null : <ProblemView error={act.error} />}
      <FormButtons
        word={to === "" ? "Give it back" : `Give it to ${to}`}
        disabled={act.isPending}
        close={close}
      />
    </form>
  );
}

export function SnoozeDialog({ what, title, open, close }: WorkDialogProps) {
  return (
    <Dialog title={`Put off: ${title}`} open={open} close={close}>
      <SnoozeForm what={what} close={close} />
    </Dialog>
  );
}

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 90;

type SnoozeBody = Which & { readonly until: string; readonly reason: string };

function dayAfter(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

function SnoozeForm({ what, close }: Pick<WorkDialogProps, "what" | "close">) {
  const [until, setUntil] = useState(() => dayAfter(1));
  const [reason, setReason] = useState("");
  const act = useAct<Answer<"snoozeException">, SnoozeBody>("/exceptions/snooze");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({ ...what, until: `${until}T06:00:00Z`, reason }, { onSuccess: close });
      }}
    >
      <p className="mute">
        It leaves the list until then. It stays open, counted, and in every total; what waits behind
        it goes on waiting.
      </p>
      <label className="field">
        Until <span className="hint">06:00 UTC of that day</span>
        <input
          type="date"
          required
          min={dayAfter(1)}
          max={dayAfter(LONGEST_DAYS)}
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
      </label>
      <label className="field">
        What is waited for <span className="hint">kept in the audit log</span>
        <input
          required
          minLength={3}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      {act.error === null ? null : <ProblemView error={act.error} />}
      <FormButtons word={"Put it off"} disabled={act.isPending} close={close} />
    </form>
  );
}
