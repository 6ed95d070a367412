/** Colour, only on a terminal, and never the only bearer of a meaning: a word says it too. */
import pc from "picocolors";

export interface Paint {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

export function makePaint(colour: boolean): Paint {
  const colours = pc.createColors(colour);
  return {
    bad: colours.red,
    good: colours.green,
    warn: colours.yellow,
    dim: colours.dim,
    strong: colours.bold,
  };
}

/**
 * What a text of outside may do to a screen: nothing. Controls, escapes and direction overrides
 * show as codes.
 */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (one) =>
    one === "\n" || one === "\t" ? " " : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Breaks a text into lines of at most `width` columns, at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
