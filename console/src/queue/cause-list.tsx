import type { Case, Cause } from "../api/types.ts";
import { countText, objectName, spanText } from "../look/words.ts";
import { Tag } from "../parts/state-mark.tsx";
import { Money, MoneyStack } from "../parts/values.tsx";
import type { Chosen } from "./chosen.ts";

interface CauseListProps {
  readonly causes: readonly Cause[];
  readonly cases: readonly Case[];
  readonly chosen: Chosen;
  readonly choose: (next: Chosen) => void;
  /** Fetches the next cases of the chosen cause; absent when all are there. */
  readonly more: (() => void) | undefined;
}

export function CauseList({ causes, cases, chosen, choose, more }: CauseListProps) {
  return (
    <ul className="card picks" aria-label="Causes">
      {causes.map((cause) => {
        const open = cause.cause === chosen.cause;
        return (
          <li key={cause.cause}>
            <button
              type="button"
              className="pick"
              aria-pressed={open && chosen.case === undefined}
              data-chosen={open && chosen.case === undefined}
              onClick={() => choose({ cause: cause.cause })}
            >
              <CauseRow cause={cause} />
            </button>
            {open && cause.cases > 1 ? (
              <CaseRows cases={cases} chosen={chosen} choose={choose} more={more} />
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}

export function ageOf(at: string): string {
  return spanText(Date.now() - Date.parse(at));
}

function CauseRow({ cause }: { readonly cause: Cause }) {
  return (
    <>
      <span className="what">{cause.title}</span>
      <span className="num sum">
        <MoneyStack list={cause.money} />
      </span>
      <span className="small">
        <Tag tone="bad" word={countText(cause.cases, "case")} />
        {" · "}
        {ageOf(cause.oldestAt)} old
        {cause.dependantsWaiting === 0 ? "" : ` · ${cause.dependantsWaiting} wait behind`}
        {` · ${cause.assignees.length === 0 ? cause.ownerRole : cause.assignees.join(", ")}`}
        {cause.snoozed === 0 ? "" : ` · ${cause.snoozed} put off`}
      </span>
    </>
  );
}

function CaseRows({ cases, chosen, choose, more }: Omit<CauseListProps, "causes">) {
  return (
    <ul className="inner" aria-label="Cases">
      {cases.map((one) => (
        <li key={one.id}>
          <button
            type="button"
            className="pick"
            aria-pressed={one.id === chosen.case}
            data-chosen={one.id === chosen.case}
            onClick={() => choose({ cause: one.cause, case: one.id })}
          >
            <span className="what">
              {one.object === undefined ? one.title : objectName(one.object)}
              {one.assignee === undefined ? null : <span className="mute"> · {one.assignee}</span>}
            </span>
            <span className="num sum">
              <Money value={one.amount} />
            </span>
          </button>
        </li>
      ))}
      {more === undefined ? null : (
        <li>
          <button type="button" className="pick" onClick={more}>
            <span className="mute">{cases.length} shown; show more</span>
          </button>
        </li>
      )}
    </ul>
  );
}
