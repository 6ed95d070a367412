/** From each source to each target: how much of what stands where, and what it is worth. */
import { Link } from "@tanstack/react-router";
import type { Overview } from "../api/types.ts";
import { moneyText, plainWords } from "../look/words.ts";
import type { Tone } from "../parts/state-mark.tsx";
import { Shape } from "../parts/state-mark.tsx";

type Flow = Overview["flows"][number];

interface Column {
  readonly name: string;
  readonly tone: Tone;
  readonly states: readonly string[];
}

const COLUMNS: readonly Column[] = [
  { name: "Confirmed", tone: "ok", states: ["confirmed"] },
  { name: "On the way", tone: "move", states: ["ready", "sent"] },
  { name: "Waiting", tone: "warn", states: ["waiting", "awaiting", "unknown"] },
  { name: "Exception", tone: "bad", states: ["excepted"] },
  { name: "Excluded", tone: "calm", states: ["excluded"] },
];

export function FlowCards({ flows }: { readonly flows: readonly Flow[] }) {
  const ways = [...new Set(flows.map((one) => `${one.source}\n${one.target}`))];
  return ways.map((way) => {
    const [source = "", target = ""] = way.split("\n");
    const rows = flows.filter((one) => one.source === source && one.target === target);
    return <FlowCard key={way} source={source} target={target} rows={rows} />;
  });
}

interface FlowCardProps {
  readonly source: string;
  readonly target: string;
  readonly rows: readonly Flow[];
}

/** Documents first, what they are made of last. */
const ORDER = ["invoice", "credit-memo", "payment", "allocation", "refund", "dispute", "payout"];

function place(entity: string): number {
  const at = ORDER.indexOf(entity);
  return at < 0 ? ORDER.length : at;
}

function FlowCard({ source, target, rows }: FlowCardProps) {
  const entities = [...new Set(rows.map((one) => one.entity))].sort(
    (a, b) => place(a) - place(b) || (a < b ? -1 : 1),
  );
  const shown = COLUMNS.filter(
    (column) => column.name !== "Excluded" || rows.some((one) => column.states.includes(one.state)),
  );
  return (
    <section className="card" aria-label={`${source} to ${target}`}>
      <div className="head flow-head">
        <h2>{source}</h2>
        <FlowBar rows={rows} />
        <h2>{target}</h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <section className="scroll-x" tabIndex={0} aria-label={`${source} to ${target}, table`}>
        <table>
          <thead>
            <tr>
              <th>Objects</th>
              {shown.map((column) => (
                <th key={column.name} className="num">
                  <span className={`tag ${column.tone}`}>
                    <Shape tone={column.tone} />
                    {column.name}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entities.map((entity) => (
              <tr key={entity}>
                <th scope="row">{plainWords(entity)}</th>
                {shown.map((column) => (
                  <Cell
                    key={column.name}
                    target={target}
                    rows={rows.filter(
                      (one) => one.entity === entity && column.states.includes(one.state),
                    )}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Cell({ rows, target }: { readonly rows: readonly Flow[]; readonly target: string }) {
  const [first] = rows;
  if (first === undefined) {
    return (
      <td className="num">
        <span className="mute">–</span>
      </td>
    );
  }
  return (
    <td className="num">
      {rows.map((one) => (
        <div key={one.state}>
          <Link to="/handoffs" search={{ target, state: one.state }}>
            {one.objects}
            {rows.length > 1 ? ` ${one.state}` : ""}
          </Link>
          <div className="mute small-sum">
            {one.money.map((sum) => (
              <span key={sum.currency} className="nowrap">
                {moneyText(sum)}
              </span>
            ))}
          </div>
        </div>
      ))}
    </td>
  );
}

function FlowBar({ rows }: { readonly rows: readonly Flow[] }) {
  const parts = COLUMNS.map((column) => ({
    ...column,
    count: rows.reduce(
      (sum, one) => sum + (column.states.includes(one.state) ? one.objects : 0),
      0,
    ),
  })).filter((part) => part.count > 0);
  const words = parts.map((part) => `${part.count} ${part.name.toLowerCase()}`).join(", ");
  return (
    <div className="flow-bar" role="img" aria-label={words} title={words}>
      {parts.map((part) => (
        <span key={part.name} className={part.tone} style={{ flexGrow: part.count }} />
      ))}
    </div>
  );
}
