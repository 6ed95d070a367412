/** Budgets: how many calls may go to an outside account at once, and whether it rests. */
import { countText, timeText } from "../look/words.ts";
import { Tag } from "./state-mark.tsx";

interface Budget {
  readonly name: string;
  readonly concurrency: number;
  readonly seatsCalling: number;
  readonly pausedUntil?: string | undefined;
  readonly pauseCode?: string | undefined;
  readonly seatsHeld?: number;
  readonly ratePerSecond?: string | undefined;
}

interface BudgetTableProps {
  readonly budgets: readonly Budget[];
  /** With seats held and rates, which the day at a glance leaves out. */
  readonly full?: boolean;
}

export function BudgetTable({ budgets, full = false }: BudgetTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th>Budget</th>
          <th>State</th>
          <th className="num">Calls out now</th>
          <th className="num">At once, most</th>
          {full ? (
            <>
              <th className="num">Seats held</th>
              <th className="num">Per second, most</th>
            </>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {budgets.map((budget) => (
          <BudgetRow key={budget.name} budget={budget} full={full} />
        ))}
        {budgets.length === 0 ? (
          <tr>
            <td colSpan={full ? 6 : 4}>{countText(0, "budget")} declared</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

function BudgetRow({ budget, full }: { readonly budget: Budget; readonly full: boolean }) {
  const { name, concurrency, seatsCalling, pausedUntil, pauseCode } = budget;
  const why = pauseCode === undefined ? "" : `: ${pauseCode}`;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {pausedUntil === undefined ? (
          <Tag tone="ok" word="open" />
        ) : (
          <Tag tone="warn" word={`paused until ${timeText(pausedUntil)}${why}`} />
        )}
      </td>
      <td className="num">
        {full ? (
          <meter
            min={0}
            max={concurrency}
            value={seatsCalling}
            aria-label={`${name}: calls out now`}
          />
        ) : null}{" "}
        {seatsCalling}
      </td>
      <td className="num">{concurrency}</td>
      {full ? (
        <>
          <td className="num">{budget.seatsHeld}</td>
          <td className="num">{budget.ratePerSecond ?? "no limit"}</td>
        </>
      ) : null}
    </tr>
  );
}
