/** What each system holds of the object, side by side; differences are lit and named. */
import type { Money as MoneyValue, Story, StorySystem } from "../api/types.ts";
import { groupDigits, moneyText, stateTitle, timeText, zone } from "../look/words.ts";
import { StateMark, Tag } from "../parts/state-mark.tsx";
import { Id, Money, Time } from "../parts/values.tsx";
import type { SystemDifference } from "./differences.ts";
import { differencesOf, lackOf } from "./differences.ts";

export function SystemsTable({ story }: { readonly story: Story }) {
  const { systems, agreeing, expected } = differencesOf(story);
  const source = systems.find((one) => one.verdict === "source")?.system;
  return (
    <section className="card" aria-labelledby="each-system">
      <div className="head">
        <h2 id="each-system">What each system has</h2>
        <span className="end">
          {expected === 0
            ? "no target is to have it"
            : `${agreeing} of ${expected} agree with the source`}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard */}
      <section className="scroll-x" tabIndex={0} aria-label="What each system has, table">
        <table>
          <thead>
            <tr>
              <th>System</th>
              <th>Document</th>
              <th className="num">Net</th>
              <th className="num">Tax</th>
              <th className="num">Gross</th>
              <th>Date</th>
              <th>State</th>
              <th>Known since ({zone})</th>
            </tr>
          </thead>
          <tbody>
            {systems.map((one) => (
              <SystemRow key={one.system.connection} one={one} source={source} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface SystemRowProps {
  readonly one: SystemDifference;
  readonly source: StorySystem | undefined;
}

function SystemRow({ one, source }: SystemRowProps) {
  const { system, fields } = one;
  const told = system.fields;
  const sum = (name: "net" | "tax" | "amount") => (
    <td className="num">
      <Sum value={told[name]} told={source?.fields[name]} differs={fields.has(name)} />
    </td>
  );
  return (
    <tr>
      <th scope="row">{system.connection}</th>
      <td>
        {told.number === undefined ? null : <div>{told.number}</div>}
        {told.id === undefined ? <span className="mute">–</span> : <Id id={told.id} keep={30} />}
      </td>
      {sum("net")}
      {sum("tax")}
      {sum("amount")}
      <td className="nowrap">
        <span className={fields.has("date") ? "differs" : ""}>
          {told.date === undefined ? "–" : timeText(told.date.slice(0, 10))}
        </span>
      </td>
      <td>
        <Standing one={one} />
      </td>
      <td>
        <Time at={system.knownAt} />
      </td>
    </tr>
  );
}

interface SumProps {
  readonly value: MoneyValue | undefined;
  readonly told: MoneyValue | undefined;
  readonly differs: boolean;
}

function Sum({ value, told, differs }: SumProps) {
  if (value === undefined || !differs || told === undefined) return <Money value={value} />;
  const lack = lackOf(value, told);
  return (
    <span className="differs">
      {moneyText(value)}
      {lack === undefined ? null : ` (${groupDigits(lack)})`}
      <span className="only-read"> differs from the source</span>
    </span>
  );
}

function Standing({ one }: { readonly one: SystemDifference }) {
  const { system, verdict, fields } = one;
  switch (verdict) {
    case "source":
      return <Tag tone="calm" word={`source: ${system.fields.status ?? system.state}`} />;
    case "agrees":
      return <Tag tone="ok" word="agrees" />;
    case "differs":
      return (
        <Tag
          tone="bad"
          word={fields.has("version") && fields.size === 1 ? "older state" : "differs"}
        />
      );
    case "missing":
      return <StateMark state={system.state} />;
    case "not sent":
      return <StateMark state={system.state} word={stateTitle(system.state) ?? system.state} />;
  }
}
