/** What would leave beside what left last: the lines that differ, each under its place. */
import type { Answer } from "../api/types.ts";
import { countText } from "../look/words.ts";
import { leavesOf } from "./request-leaves.ts";

type Send = Answer<"repairReference">["sends"][number];

/** More would be read by nobody; the whole request is folded away below. */
const SHOWN = 12;

export function RequestChange({ send }: { readonly send: Send }) {
  const { before, request } = send;
  if (request === undefined) return <p className="mute">Not sent: {send.why}</p>;
  const old = new Map(leavesOf(before?.body ?? null));
  const now = leavesOf(request.body);
  const changed = now.filter(([place, value]) => old.get(place) !== value);
  const whole = JSON.stringify(request.body, null, 2);
  return (
    <div className="stack">
      <p>
        <code>
          {request.method} {request.path}
        </code>
      </p>
      {before === undefined ? (
        <p className="mute">Nothing was ever sent for it; this would be its first request.</p>
      ) : (
        <section className="scroll-x" aria-label="What changes in the request">
          <table>
            <thead>
              <tr>
                <th>Field</th>
                <th>Sent before</th>
                <th>Would be sent</th>
              </tr>
            </thead>
            <tbody>
              {changed.slice(0, SHOWN).map(([place, value]) => (
                <tr key={place}>
                  <th scope="row">{place}</th>
                  <td>{old.get(place) ?? "–"}</td>
                  <td>
                    <b>{value}</b>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {changed.length > SHOWN && before !== undefined ? (
        <p className="mute">and {countText(changed.length - SHOWN, "field")} more</p>
      ) : null}
      <details>
        <summary>The whole request</summary>
        <pre className="raw">{whole}</pre>
      </details>
    </div>
  );
}
