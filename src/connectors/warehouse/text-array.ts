/** A column of cells as one binary value; the form is kit/binary-array.ts's. */
import { textArray } from "../kit/binary-array.ts";

export type Cell = string | null;

/** The values at one place of all rows, in their order; undefined when all of them are null. */
export function textColumn(rows: readonly (readonly Cell[])[], at: number): Buffer | undefined {
  const cells = rows.map((row) => row[at] ?? null);
  return cells.some((cell) => cell !== null) ? textArray(cells) : undefined;
}
