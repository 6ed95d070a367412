/** The verdict in one sentence, and the one act that helps. */
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useMay } from "../api/session.ts";
import type { Case, Story } from "../api/types.ts";
import { RetryDialog } from "../queue/retry-dialog.tsx";
import { differencesOf } from "./differences.ts";

type Look = "ok" | "bad" | "warn" | "calm" | "";

const LEADS: Readonly<Record<string, readonly [Look, string]>> = {
  settled: ["ok", "Everywhere it belongs."],
  moving: ["", "On its way."],
  waiting: ["warn", "Waiting."],
  exception: ["bad", "Stuck: a person must settle it."],
  "not sent": ["calm", "Nothing to send."],
};

export function VerdictBand({ story }: { readonly story: Story }) {
  const { verdict } = story;
  const differing = differencesOf(story).differing;
  // What differs is not shown as well, whatever the states of the handoffs say.
  const doubt = verdict.state === "settled" && differing > 0;
  const [look, lead] = doubt
    ? (["warn", "Sent, but the systems do not hold the same."] as const)
    : (LEADS[verdict.state] ?? (["calm", ""] as const));
  return (
    <div className={`notice ${look}`} role="status" aria-live="polite">
      <p>
        <b>{lead}</b> {verdict.sentence}
      </p>
      <VerdictAct story={story} />
    </div>
  );
}

function VerdictAct({ story }: { readonly story: Story }) {
  const mayRetry = useMay("exception.retry");
  const [retrying, setRetrying] = useState(false);
  // Kept while its dialog is open: the case it is about may settle before the person has read on.
  const kept = useRef<Case>(undefined);
  const open = story.exceptions.filter((one) => one.state === "open");
  const { act } = story.verdict;
  const now = open.find((one) => act?.command.includes(one.id) === true) ?? open[0];
  const named = retrying ? (kept.current ?? now) : now;
  kept.current = named;
  if (named !== undefined) {
    return (
      <div className="buttons no-print">
        <Link
          to="/queue"
          search={{ cause: named.cause, case: named.id }}
          className={mayRetry && named.handoff !== undefined ? "button" : "button main"}
        >
          Open the case
        </Link>
        {mayRetry && named.handoff !== undefined ? (
          <RetryButton one={named} open={retrying} setOpen={setRetrying} />
        ) : null}
      </div>
    );
  }
  const blocker = /^tieout trace (\S+)$/.exec(act?.command ?? "")?.[1];
  if (act === undefined || blocker === undefined) return null;
  return (
    <Link to="/story" search={{ id: blocker }} className="button main no-print">
      {act.sentence}
    </Link>
  );
}

interface RetryButtonProps {
  readonly one: Case;
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
}

function RetryButton({ one, open, setOpen }: RetryButtonProps) {
  return (
    <>
      <button type="button" className="button main" onClick={() => setOpen(true)}>
        Retry …
      </button>
      <RetryDialog
        what={{ id: one.id }}
        title={one.title}
        open={open}
        close={() => setOpen(false)}
      />
    </>
  );
}
