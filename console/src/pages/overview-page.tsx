/** Today at a glance: what came, where it stands, what it is worth, what does not move. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { overviewQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Overview } from "../api/types.ts";
import { timeText } from "../look/words.ts";
import { BudgetTable } from "../parts/budget-table.tsx";
import { AsOf, Blank, NoPermission, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { Tag } from "../parts/state-mark.tsx";
import { MoneyStack } from "../parts/values.tsx";
import { FlowCards } from "./flow-cards.tsx";

export function OverviewPage() {
  const may = useMay("handoff.read");
  const query = useQuery({ ...overviewQuery, enabled: may });
  if (!may) return <NoPermission />;
  const { data, error } = query;
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
        <span className="mute">
          {data === undefined ? "" : `made since ${timeText(data.since)}, and all that is open`}
        </span>
        <span className="end">
          <AsOf at={query.dataUpdatedAt} failing={error !== null} />
        </span>
      </div>
      {error === null ? null : <ProblemView error={error} again={() => void query.refetch()} />}
      {data === undefined ? error === null ? <Skeleton lines={8} /> : null : <Board data={data} />}
    </>
  );
}

function Board({ data }: { readonly data: Overview }) {
  return (
    <>
      <Tiles data={data} />
      {data.flows.length === 0 ? (
        <div className="card">
          <Blank title="Nothing flowed today">
            No handoff was made in the last 24 hours, none is open. <code>npm run demo</code> tells
            a month of a company.
          </Blank>
        </div>
      ) : (
        <FlowCards flows={data.flows} />
      )}
      <div className="two">
        <Ages data={data} />
        <Budgets data={data} />
      </div>
    </>
  );
}

function Tiles({ data }: { readonly data: Overview }) {
  const sum = (states: readonly string[]): number =>
    data.flows.reduce((all, one) => all + (states.includes(one.state) ? one.objects : 0), 0);
  const cases = data.ages.reduce((all, one) => all + one.cases, 0);
  const tiles = [
    { label: "Confirmed by targets", figure: sum(["confirmed"]), search: { state: "confirmed" } },
    { label: "On the way", figure: sum(["ready", "sent"]), search: { state: "ready" } },
    {
      label: "Waiting",
      figure: sum(["waiting", "awaiting", "unknown"]),
      search: { state: "waiting" },
    },
  ];
  return (
    <div className="tiles">
      <Link to="/queue" search={{}} className="tile">
        <span className="label">Open cases</span>
        <span className="figure">{cases}</span>
        <Tag tone={cases > 0 ? "bad" : "ok"} word={cases > 0 ? "need a person" : "nothing to do"} />
      </Link>
      {tiles.map(({ label, figure, search }) => (
        <Link key={label} to="/handoffs" search={search} className="tile">
          <span className="label">{label}</span>
          <span className="figure">{figure}</span>
          <span className="mute">objects, each once per target</span>
        </Link>
      ))}
      {data.deadLetters === undefined ? null : (
        <Link to="/queue" search={{}} className="tile">
          <span className="label">Dead letters</span>
          <span className="figure">{data.deadLetters}</span>
          <Tag
            tone={data.deadLetters > 0 ? "warn" : "ok"}
            word={data.deadLetters > 0 ? "arrived, not understood" : "all understood"}
          />
        </Link>
      )}
    </div>
  );
}

function Ages({ data }: { readonly data: Overview }) {
  return (
    <section className="card" aria-labelledby="ages">
      <div className="head">
        <h2 id="ages">Open cases by age</h2>
      </div>
      <table>
        <thead>
          <tr>
            <th>Age</th>
            <th className="num">Cases</th>
            <th className="num">Money, per currency</th>
          </tr>
        </thead>
        <tbody>
          {data.ages.map((one) => (
            <tr key={one.age}>
              <td>{one.age}</td>
              <td className="num">
                {one.cases === 0 ? (
                  <span className="mute">0</span>
                ) : (
                  <Link to="/queue" search={{}}>
                    {one.cases}
                  </Link>
                )}
              </td>
              <td className="num">
                <MoneyStack list={one.money} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Budgets({ data }: { readonly data: Overview }) {
  return (
    <section className="card" aria-labelledby="budgets">
      <div className="head">
        <h2 id="budgets">Budgets of the targets</h2>
        <span className="end">calls of all hubs</span>
      </div>
      <BudgetTable budgets={data.budgets} />
    </section>
  );
}
