/** Values in the same dress on every page. */
import { Link } from "@tanstack/react-router";
import type { Money as MoneyValue } from "../api/types.ts";
import { moneyText, objectName, shortId, timeText, zone } from "../look/words.ts";

export function Money({ value }: { readonly value: MoneyValue | undefined }) {
  if (value === undefined) return <span className="mute">–</span>;
  return <span className="nowrap">{moneyText(value)}</span>;
}

/** One line a currency: amounts of two currencies have no sum. */
export function MoneyStack({ list }: { readonly list: readonly MoneyValue[] }) {
  if (list.length === 0) return <span className="mute">–</span>;
  return (
    <>
      {list.map((one) => (
        <div key={one.currency} className="nowrap">
          {moneyText(one)}
        </div>
      ))}
    </>
  );
}

export function Time({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return <span className="mute">–</span>;
  return (
    <time dateTime={at} title={`${at} · shown in ${zone}`} className="nowrap">
      {timeText(at)}
    </time>
  );
}

export function Id({ id, keep = 22 }: { readonly id: string; readonly keep?: number }) {
  return (
    <span className="id" title={id}>
      {shortId(id, keep)}
    </span>
  );
}

/** Every object leads to its story. */
export function StoryLink({ id, name }: { readonly id: string; readonly name?: string }) {
  return (
    <Link to="/story" search={{ id }} title={id}>
      {name ?? objectName(id)}
    </Link>
  );
}
