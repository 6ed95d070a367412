/** Everything that happened, in order: what the drawing shows, in words that can be read out. */
import { Link } from "@tanstack/react-router";
import type { Story, StoryEntry } from "../api/types.ts";
import { spanText, zone } from "../look/words.ts";
import type { Tone } from "../parts/state-mark.tsx";
import { Tag } from "../parts/state-mark.tsx";
import { Time } from "../parts/values.tsx";

const KINDS: Readonly<Record<StoryEntry["kind"], readonly [Tone, string]>> = {
  event: ["move", "occurred"],
  received: ["calm", "received"],
  attempts: ["move", "attempts"],
  confirmed: ["ok", "confirmed"],
  exception: ["bad", "exception"],
  resolved: ["ok", "resolved"],
  skip: ["calm", "not sent"],
};

export function Happenings({ story }: { readonly story: Story }) {
  const waits = story.handoffs.filter((one) => one.wait !== undefined);
  return (
    <section className="card" aria-labelledby="in-order">
      <div className="head">
        <h2 id="in-order">Everything, in order</h2>
        <span className="end">times in {zone}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <section className="scroll-x" tabIndex={0} aria-label="Everything in order, table">
        <table className="blocks">
          <thead>
            <tr>
              <th>When</th>
              <th>System</th>
              <th>What</th>
              <th>In words</th>
            </tr>
          </thead>
          <tbody>
            {story.entries.map((entry) => (
              <EntryRow key={`${entry.kind} ${entry.id} ${entry.at}`} entry={entry} />
            ))}
            {waits.map((one) => (
              <tr key={one.id}>
                <td>
                  <Time at={story.asOf} />
                </td>
                <td>{one.target}</td>
                <td>
                  <Tag tone={one.state === "excepted" ? "bad" : "warn"} word="now" />
                </td>
                <td>
                  {one.operation}: {one.wait?.text}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function EntryRow({ entry }: { readonly entry: StoryEntry }) {
  const [tone, word] = KINDS[entry.kind];
  const took =
    entry.until === undefined ? undefined : Date.parse(entry.until) - Date.parse(entry.at);
  return (
    <tr>
      <td>
        <Time at={entry.at} />
        {took === undefined ? null : <div className="mute">over {spanText(took)}</div>}
      </td>
      <td className="nowrap">{entry.system}</td>
      <td>
        <Tag tone={entry.alarm ? "bad" : tone} word={word} />
      </td>
      <td className="words">
        {entry.text} <EntryLink entry={entry} />
      </td>
    </tr>
  );
}

function EntryLink({ entry }: { readonly entry: StoryEntry }) {
  const { id } = entry;
  if (id.startsWith("evt_")) {
    return (
      <Link to="/events" search={{ subject: entry.object, open: id }} className="no-print">
        raw and canonical
      </Link>
    );
  }
  if (entry.kind === "attempts") {
    return (
      <Link to="/handoffs" search={{ object: entry.object, open: id }} className="no-print">
        what was sent
      </Link>
    );
  }
  if (entry.kind === "exception" && entry.alarm) {
    return (
      <Link to="/queue" search={{ case: id }} className="no-print">
        the case
      </Link>
    );
  }
  return null;
}
