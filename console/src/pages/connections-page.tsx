import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { connectionsQuery, doctorQuery } from "../api/queries.ts";
import { useMay } from "../api/session.ts";
import type { Connections } from "../api/types.ts";
import { spanText, stateTitle } from "../look/words.ts";
import { BudgetTable } from "../parts/budget-table.tsx";
import { AsOf, NoPermission, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { StateMark, stateWord, Tag } from "../parts/state-mark.tsx";
import { Time } from "../parts/values.tsx";

/** Every outside account: does it answer, how fresh is it, how much may we ask of it. */
export function ConnectionsPage() {
  const may = useMay("connection.read");
  const query = useQuery({ ...connectionsQuery, enabled: may });
  if (!may) return <NoPermission />;
  const { data, error } = query;
  return (
    <>
      <div className="page-head">
        <h1>Connections</h1>
        <span className="end">
          <AsOf at={query.dataUpdatedAt} failing={error !== null} />
        </span>
      </div>
      {error === null ? null : <ProblemView error={error} again={() => void query.refetch()} />}
      {data === undefined ? error === null ? <Skeleton lines={8} /> : null : <Board data={data} />}
    </>
  );
}

function Board({ data }: { readonly data: Connections }) {
  return (
    <>
      {data.sending.allowed ? null : (
        <div className="notice bad" role="status">
          <p>
            <b>Sending is switched off.</b> {data.sending.reason ?? "No reason was given."} Facts
            are still taken in; nothing goes out.
          </p>
        </div>
      )}
      <div className="two">
        {data.sources.map((source) => (
          <SourceCard key={source.connection} source={source} />
        ))}
        {data.targets.map((target) => (
          <TargetCard key={target.connection} target={target} />
        ))}
      </div>
      <Limits data={data} />
      <Health data={data} />
    </>
  );
}

function SourceCard({ source }: { readonly source: Connections["sources"][number] }) {
  return (
    <section className="card" aria-label={source.connection}>
      <div className="head">
        <h2>{source.connection}</h2>
        <span className="end">source · {source.system}</span>
      </div>
      <table>
        <thead>
          <tr>
            <th>Stream</th>
            <th>Freshness</th>
            <th>Last read</th>
          </tr>
        </thead>
        <tbody>
          {source.streams.map((stream) => (
            <tr key={stream.stream}>
              <td>{stream.stream}</td>
              <td>
                <StateMark state={stream.freshness} />
                {stream.ageSeconds === undefined ? null : (
                  <div className="mute">{spanText(stream.ageSeconds * 1000)} ago</div>
                )}
              </td>
              <td>
                <Time at={stream.sweptAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TargetCard({ target }: { readonly target: Connections["targets"][number] }) {
  return (
    <section className="card" aria-label={target.connection}>
      <div className="head">
        <h2>{target.connection}</h2>
        <span className="end">
          target · {target.system} · {target.account}
        </span>
      </div>
      {target.queues.length === 0 ? (
        <div className="body">
          <Tag tone="ok" word="nothing waits: all that was made is settled" />
        </div>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Open</th>
              <th className="num">Handoffs</th>
              <th>Oldest</th>
            </tr>
          </thead>
          <tbody>
            {target.queues.map((queue) => (
              <tr key={queue.state}>
                <td>
                  <StateMark state={queue.state} word={stateTitle(queue.state)} />
                </td>
                <td className="num">
                  <Link
                    to="/handoffs"
                    search={{ target: target.connection, state: queue.state }}
                    aria-label={`${queue.handoffs} ${stateWord(queue.state)}`}
                  >
                    {queue.handoffs}
                  </Link>
                </td>
                <td>
                  <Time at={queue.oldestAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Limits({ data }: { readonly data: Connections }) {
  return (
    <section className="card" aria-labelledby="limits">
      <div className="head">
        <h2 id="limits">Limits</h2>
        <span className="end">one budget per outside account, shared by all hubs</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <section className="scroll-x" tabIndex={0} aria-label="Limits, table">
        <BudgetTable budgets={data.budgets} full />
      </section>
    </section>
  );
}

function Health({ data }: { readonly data: Connections }) {
  const may = useMay("health.read");
  const doctor = useQuery({ ...doctorQuery, enabled: may });
  return (
    <section className="card" aria-labelledby="health">
      <div className="head">
        <h2 id="health">Health</h2>
        <span className="end">
          {data.hubs
            .map((hub) => `hub ${hub.name} ${hub.version}, ${hub.alive ? "alive" : "not seen"}`)
            .join(" · ")}
        </span>
      </div>
      {!may ? (
        <p className="body mute">The checks are for engineers, auditors and administrators.</p>
      ) : doctor.data === undefined ? (
        <div className="body">
          {doctor.error === null ? <Skeleton lines={4} /> : <ProblemView error={doctor.error} />}
        </div>
      ) : (
        <table>
          <tbody>
            {doctor.data.checks.map((check) => (
              <tr key={check.name}>
                <th scope="row">{check.name}</th>
                <td>
                  <StateMark state={check.status} />
                </td>
                <td style={{ overflowWrap: "anywhere" }}>
                  {check.detail}
                  {check.remedy === undefined ? null : <div className="mute">{check.remedy}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
