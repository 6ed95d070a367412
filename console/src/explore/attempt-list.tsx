/** Each try of a handoff: what was sent, what the target answered. */
import { useQuery } from "@tanstack/react-query";
import { handoffQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Answer } from "../api/types.ts";
import { spanText } from "../look/words.ts";
import { Skeleton } from "../parts/page-states.tsx";
import { Tag } from "../parts/state-mark.tsx";
import { Time } from "../parts/values.tsx";
import { answerWord } from "../story/chapters.ts";

type SentAttempt = Answer<"showHandoff">["attempts"][number];

export function AttemptList({ handoff }: { readonly handoff: string }) {
  const may = useMay("event.read");
  const { data, error } = useQuery({ ...handoffQuery(handoff), enabled: may });
  if (!may) return <p className="pad mute">You may not read what was sent (event.read).</p>;
  if (data === undefined) {
    return <div className="pad">{error === null ? <Skeleton lines={3} /> : error.message}</div>;
  }
  if (data.attempts.length === 0) {
    return <p className="pad mute">Nothing was sent yet: it was held before the first try.</p>;
  }
  return (
    <ol className="tries" aria-label="Attempts, the newest first">
      {[...data.attempts].reverse().map((one, index) => (
        <AttemptRow key={one.id} one={one} open={index === 0} />
      ))}
    </ol>
  );
}

function AttemptRow({ one, open }: { readonly one: SentAttempt; readonly open: boolean }) {
  const good = ["done", "adopted"].includes(one.outcome ?? "");
  const bad = ["refused", "unknown"].includes(one.outcome ?? "");
  return (
    <li>
      <details open={open}>
        <summary>
          <Tag tone={good ? "ok" : bad ? "bad" : "calm"} word={answerWord(one)} />
          <span className="mute">
            {one.kind === "send" ? `send ${one.number}` : `asked ${one.number}`}
            {one.durationMs === undefined ? "" : ` · ${spanText(one.durationMs)}`}
          </span>
          <span className="num mute">
            <Time at={one.at} />
          </span>
        </summary>
        {one.message === undefined ? null : (
          <p className="said">
            {one.message} <code>{one.code}</code>
          </p>
        )}
        {one.bulk ? (
          <p className="mute">One call for many handoffs; its bytes are not kept for each.</p>
        ) : null}
        <Body name="Sent" text={one.request} />
        <Body name="Answered" text={one.answer} />
      </details>
    </li>
  );
}

function Body({ name, text }: { readonly name: string; readonly text: string | undefined }) {
  if (text === undefined || text === "") return null;
  return (
    <>
      <h3 className="over">{name}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <pre className="raw" tabIndex={0}>
        {pretty(text)}
      </pre>
    </>
  );
}

/** JSON is laid out; anything else stays as it came. */
export function pretty(text: string): string {
  try {
    // Large numbers would be rounded by a parser; laying out must not change a digit.
    return /\d{16,}|\d\.\d+[^"\d]/.test(text) ? text : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
