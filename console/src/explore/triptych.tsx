/** Raw as it came, canonical as we keep it, sent as the target got it: side by side. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { get } from "../api/client.ts";
import { eventQuery, handoffQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Answer } from "../api/types.ts";
import { objectName } from "../look/words.ts";
import { Dialog } from "../parts/dialog.tsx";
import { NoPermission, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { Id } from "../parts/values.tsx";
import { AttemptList, pretty } from "./attempt-list.tsx";

interface TriptychProps {
  readonly event?: string | undefined;
  readonly handoff?: string | undefined;
  readonly close: () => void;
}

export function Triptych({ event, handoff, close }: TriptychProps) {
  const open = event !== undefined || handoff !== undefined;
  return (
    <Dialog title="Raw, canonical, sent" open={open} close={close} width="wide">
      <Panels event={event} handoff={handoff} />
    </Dialog>
  );
}

function Panels({ event, handoff }: Omit<TriptychProps, "close">) {
  const may = useMay("event.read");
  const one = useQuery({ ...handoffQuery(handoff ?? ""), enabled: may && handoff !== undefined });
  const id = event ?? one.data?.handoff.event;
  const told = useQuery({ ...eventQuery(id ?? ""), enabled: may && id !== undefined });
  if (!may) return <NoPermission />;
  const error = one.error ?? told.error;
  if (error !== null) return <ProblemView error={error} />;
  if (told.data === undefined) return <Skeleton lines={8} />;
  return <Three told={told.data} handoff={handoff} />;
}

interface ThreeProps {
  readonly told: Answer<"showEvent">;
  readonly handoff: string | undefined;
}

function Three({ told, handoff }: ThreeProps) {
  const { canonical, raw } = told;
  return (
    <>
      <p>
        <b>{canonical.type}</b>{" "}
        <Link to="/story" search={{ id: canonical.subject ?? canonical.id }}>
          {objectName(canonical.subject ?? "")}
        </Link>{" "}
        <Id id={canonical.id} keep={40} />
      </p>
      <div className="three">
        <section aria-labelledby="raw">
          <h3 className="over" id="raw">
            Raw, as {canonical.source} told it{raw === undefined ? "" : ` (${raw.kind})`}
          </h3>
          <Raw text={raw === undefined ? "The bytes are not kept any more." : pretty(raw.body)} />
        </section>
        <section aria-labelledby="canonical">
          <h3 className="over" id="canonical">
            Canonical, as we keep it
          </h3>
          <Raw text={JSON.stringify(canonical, null, 2)} />
        </section>
        <Sent event={canonical.id} subject={canonical.subject ?? ""} first={handoff} />
      </div>
    </>
  );
}

function Raw({ text }: { readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard
    <pre className="raw" tabIndex={0}>
      {text}
    </pre>
  );
}

interface SentProps {
  readonly event: string;
  readonly subject: string;
  readonly first: string | undefined;
}

function Sent({ event, subject, first }: SentProps) {
  const [picked, setPicked] = useState(first);
  const { data } = useQuery({
    queryKey: ["handoffs", "of", subject],
    queryFn: ({ signal }) =>
      get<Answer<"listHandoffs">>("/handoffs", { object: subject, limit: 200 }, signal),
  });
  const handoffs = (data?.handoffs ?? []).filter((one) => one.event === event);
  const chosen = handoffs.find((one) => one.id === picked) ?? handoffs[0];
  return (
    <section aria-labelledby="sent">
      <h3 className="over" id="sent">
        Sent, as the target got it
      </h3>
      <div className="chips">
        {handoffs.map((one) => (
          <button
            key={one.id}
            type="button"
            className="chip"
            aria-pressed={one.id === chosen?.id}
            onClick={() => setPicked(one.id)}
          >
            {one.target}
          </button>
        ))}
      </div>
      {chosen === undefined ? (
        <p className="mute">Nothing is to be sent of it.</p>
      ) : (
        <>
          <p>
            <StateMark state={chosen.state} /> {chosen.operation}{" "}
            {chosen.wait === undefined ? null : <span className="mute">{chosen.wait.text}</span>}
          </p>
          <AttemptList handoff={chosen.id} />
        </>
      )}
    </section>
  );
}
