import { useEffect, useState } from "react";

interface FilterBoxProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly set: (value: string | undefined) => void;
  readonly long?: boolean;
}

/** Filters when one is done typing: at Enter, or on leaving the box. */
export function FilterBox({ name, value, set, long }: FilterBoxProps) {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const done = (): void => {
    const next = text.trim() === "" ? undefined : text.trim();
    if (next !== value) set(next);
  };
  return (
    <label style={{ flex: long === true ? "1 1 240px" : "0 1 170px" }}>
      {name}
      <input
        value={text}
        placeholder="any"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => (event.key === "Enter" ? done() : undefined)}
      />
    </label>
  );
}

interface FilterChoiceProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly choices: readonly (readonly [string, string])[];
  readonly set: (value: string | undefined) => void;
}

export function FilterChoice({ name, value, choices, set }: FilterChoiceProps) {
  return (
    <label>
      {name}
      <select
        value={value ?? ""}
        onChange={(event) => set(event.target.value === "" ? undefined : event.target.value)}
      >
        <option value="">any</option>
        {choices.map(([choice, word]) => (
          <option key={choice} value={choice}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
