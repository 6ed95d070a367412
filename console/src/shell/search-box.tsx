/** One box: any id of any system, a number, or a part of a customer's name. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { searchQuery } from "../api/queries.ts";
import type { Answer } from "../api/types.ts";
import { moneyText } from "../look/words.ts";
import { StateMark } from "../parts/state-mark.tsx";

export type Find = Answer<"search">["finds"][number];

export function SearchBox() {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const asked = useDeferredValue(text.trim());
  const { data, isFetching, error } = useQuery(searchQuery(asked));
  const finds = asked === "" ? [] : (data?.finds ?? []);
  const show = open && asked !== "";
  const go = (find: Find | undefined): void => {
    setOpen(false);
    if (find !== undefined) void navigate({ to: "/story", search: { id: find.object } });
    else if (text.trim() !== "") void navigate({ to: "/search", search: { q: text.trim() } });
  };
  const press = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined && finds.length > 0) {
      event.preventDefault();
      setAt((at + move + finds.length) % finds.length);
    } else if (event.key === "Enter") {
      // The list may still show what was asked before; then the page for all of it is right.
      go(asked === text.trim() && !isFetching && finds.length > 0 ? finds[at] : undefined);
      event.currentTarget.blur();
    } else if (event.key === "Escape") {
      setOpen(false);
      event.currentTarget.blur();
    }
  };
  return (
    <div className="search">
      <Glass />
      <input
        id="search"
        role="combobox"
        aria-label="Search by any id, number or customer"
        aria-expanded={show}
        aria-controls="finds"
        aria-activedescendant={show && finds.length > 0 ? `find-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="Any id, number or customer"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <kbd>/</kbd>
      {show ? (
        <div className="finds" id="finds" role="listbox" aria-label="Found">
          {finds.map((find, index) => (
            <FindRow
              key={find.object}
              find={find}
              id={`find-${index}`}
              chosen={index === at}
              pick={() => go(find)}
            />
          ))}
          {finds.length === 0 ? <Word text={wordOf(error, isFetching, asked)} /> : null}
        </div>
      ) : null}
    </div>
  );
}

function wordOf(error: Error | null, busy: boolean, asked: string): string {
  if (busy) return "Looking …";
  if (error !== null) return error.message;
  return `Nothing is known by “${asked}”.`;
}

function Word({ text }: { readonly text: string }) {
  return (
    <div className="word" role="option" aria-selected="false" tabIndex={-1}>
      {text}
    </div>
  );
}

interface FindRowProps {
  readonly find: Find;
  readonly id: string;
  readonly chosen: boolean;
  readonly pick: () => void;
}

function FindRow({ find, id, chosen, pick }: FindRowProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      // Before the box loses the focus and the list closes.
      onPointerDown={(event) => {
        event.preventDefault();
        pick();
      }}
    >
      <span className="name">{find.name}</span>
      <span className="num">{find.amount === undefined ? "" : moneyText(find.amount)}</span>
      <span className="how">
        {[find.customer, find.how].filter(Boolean).join(" · ")}
        {find.exceptions > 0 ? (
          <>
            {" · "}
            <StateMark state="excepted" word="exception" />
          </>
        ) : null}
      </span>
    </div>
  );
}

function Glass() {
  return (
    <svg className="glass" width="15" height="15" viewBox="0 0 15 15" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
        <circle cx="6.4" cy="6.4" r="4.6" />
        <path d="m10 10 3.4 3.4" />
      </g>
    </svg>
  );
}
