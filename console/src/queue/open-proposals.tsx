/** What others proposed and a second person must decide. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../api/client.ts";
import { proposalsQuery } from "../api/queries.ts";
import { useMay, useSession } from "../api/session.ts";
import type { Answer, Proposal } from "../api/types.ts";
import { countText, moneyListText, moneyText, plainWords } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import { StoryLink } from "../parts/values.tsx";
import { PlanView } from "./repair-dialog.tsx";

type RepairContent = Answer<"repairReference">["content"];

export function OpenProposals() {
  const { data } = useQuery(proposalsQuery);
  return (data?.proposals ?? []).map((one) => <ProposalBand key={one.id} one={one} />);
}

function ProposalBand({ one }: { readonly one: Proposal }) {
  const { note } = one.content;
  return (
    <div className="notice">
      <p>
        <b>To approve:</b> {one.author} proposes <Proposed one={one} />
        {note === undefined ? "" : `, “${note}”`}.{" "}
        <Link to="/queue" search={{ case: one.subject }}>
          The case
        </Link>
      </p>
      <Decide one={one} />
    </div>
  );
}

/** What would be so once it is approved, in the words of its kind. */
function Proposed({ one }: { readonly one: Proposal }) {
  const { amount } = one.content;
  const sum = amount === undefined ? "" : `, ${moneyText(amount)},`;
  switch (one.operation) {
    case "exclude-exception": {
      const { object, target, expiresAt, reasonCode } = one.content;
      return (
        <>
          not to send <StoryLink id={object} />
          {sum} to {target} until {expiresAt.slice(0, 10)}: {plainWords(reasonCode)}
        </>
      );
    }
    case "accept-difference": {
      const { document, target, message, reasonCode } = one.content;
      return (
        <>
          to let {document}
          {sum} stand in {target} as it stands there: {plainWords(reasonCode)}. {message}
        </>
      );
    }
    case "repair-reference": {
      const { object, name, target, from, to, toName, handoffs, money } = one.content;
      return (
        <>
          that <StoryLink id={object} name={name} /> is <b>{to}</b>
          {toName === undefined ? "" : ` (${toName} there)`} in {target}
          {from === undefined ? "" : `, not ${from}`}; {countText(handoffs.length, "handoff")} would
          be sent again{money.length === 0 ? "" : ` (${moneyListText(money)})`}
        </>
      );
    }
  }
}

function Decide({ one }: { readonly one: Proposal }) {
  const may = useMay("exception.approve");
  const csrf = useSession()?.csrf;
  const client = useQueryClient();
  const [why, setWhy] = useState<string>();
  const decide = useMutation({
    mutationFn: (how: "approve" | "reject") => {
      const body = how === "approve" ? { contentHash: one.contentHash } : { reason: why };
      return post(`/proposals/${encodeURIComponent(one.id)}/${how}`, body, csrf);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["exceptions"] });
      void client.invalidateQueries({ queryKey: ["handoffs"] });
    },
  });
  if (one.own) return <span className="mute">You proposed it; another person must decide.</span>;
  if (!may) return <span className="mute">A controller or approver decides.</span>;
  return (
    <>
      {decide.error === null ? null : <ProblemView error={decide.error} />}
      {why === undefined ? (
        <div className="buttons">
          <button
            type="button"
            className="button main"
            disabled={decide.isPending}
            onClick={() => decide.mutate("approve")}
          >
            Approve
          </button>
          {one.operation === "repair-reference" ? <Requests content={one.content} /> : null}
          <button type="button" className="button" onClick={() => setWhy("")}>
            Reject …
          </button>
        </div>
      ) : (
        <form
          className="buttons"
          onSubmit={(event) => {
            event.preventDefault();
            decide.mutate("reject");
          }}
        >
          <label className="field">
            Why not
            <input required maxLength={500} value={why} onChange={(e) => setWhy(e.target.value)} />
          </label>
          <button type="submit" className="button main" disabled={decide.isPending}>
            Reject
          </button>
        </form>
      )}
    </>
  );
}

function Requests({ content }: { readonly content: RepairContent }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        What would be sent …
      </button>
      <Dialog title="What would be sent" open={open} close={() => setOpen(false)} width="middle">
        <DryRun content={content} />
      </Dialog>
    </>
  );
}

/** Made anew for who decides, by the code that would act. */
function DryRun({ content }: { readonly content: RepairContent }) {
  const csrf = useSession()?.csrf;
  const { exception, object, to } = content;
  const plan = useQuery({
    queryKey: ["plan", exception, object, to],
    queryFn: () => {
      const path = `/exceptions/${encodeURIComponent(exception)}/repair`;
      return post<Answer<"repairReference">>(path, { object, to }, csrf);
    },
    gcTime: 0,
    retry: false,
  });
  if (plan.error !== null) return <ProblemView error={plan.error} />;
  return plan.data === undefined ? <Skeleton lines={4} /> : <PlanView plan={plan.data} />;
}
