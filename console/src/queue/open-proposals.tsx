/** What others proposed and a second person must decide. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { post } from "../api/client.ts";
import { proposalsQuery } from "../api/queries.ts";
import { useMay, useSession } from "../api/session.ts";
import type { Proposal } from "../api/types.ts";
import { moneyText, objectName, plainWords } from "../look/words.ts";
import { ProblemView } from "../parts/page-states.tsx";

export function OpenProposals() {
  const { data } = useQuery(proposalsQuery);
  return (data?.proposals ?? []).map((one) => <ProposalBand key={one.id} one={one} />);
}

function ProposalBand({ one }: { readonly one: Proposal }) {
  const { content } = one;
  const sum = content.amount === undefined ? "" : `, ${moneyText(content.amount)}`;
  return (
    <div className="notice">
      <p>
        <b>To approve:</b> {one.author} proposes not to send{" "}
        <Link to="/story" search={{ id: content.object }}>
          {objectName(content.object)}
        </Link>
        {sum} to {content.target} until {content.expiresAt.slice(0, 10)}:{" "}
        {plainWords(content.reasonCode)}
        {content.note === undefined ? "" : `, “${content.note}”`}.
      </p>
      <Decide one={one} />
    </div>
  );
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
