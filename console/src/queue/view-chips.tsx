import type { QueueView } from "../api/queries.ts";
import { useMay } from "../api/session.ts";

const VIEWS: readonly (readonly [QueueView, string])[] = [
  ["all", "All"],
  ["mine", "Mine"],
  ["unassigned", "Nobody's"],
  ["put-off", "Put off"],
];

interface ViewChipsProps {
  readonly view: QueueView;
  readonly show: (view: QueueView) => void;
  /** Over all views. */
  readonly putOff: number;
}

/** Whose part of the queue; what is put off is out of sight in all but its own. */
export function ViewChips({ view, show, putOff }: ViewChipsProps) {
  const may = useMay("exception.assign");
  if (!may) return null;
  return (
    <fieldset className="chips">
      <legend className="only-read">Whose cases</legend>
      {VIEWS.map(([name, word]) => (
        <button
          key={name}
          type="button"
          className="chip"
          aria-pressed={name === view}
          onClick={() => show(name)}
        >
          {name === "put-off" && putOff > 0 ? `${word} ${putOff}` : word}
        </button>
      ))}
    </fieldset>
  );
}
