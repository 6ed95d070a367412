/** Tables with aligned columns; numbers and money to the right. */
import { clean } from "./paint.ts";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly right?: boolean;
  /** Applied after the cell is padded, so that colour codes do not count as width. */
  readonly paint?: (cell: string, row: Row) => string;
}

export function printTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => clean(column.value(row))));
  // A column in which nothing stands only pushes the others off the screen.
  const used = columns.flatMap((column, index) =>
    cells.some((line) => line[index] !== "") ? [{ column, index }] : [],
  );
  const widths = used.map(({ column, index }) =>
    Math.max(column.title.length, ...cells.map((line) => lengthOf(line[index] ?? ""))),
  );
  const head = used.map(({ column }, at) =>
    pad(column.title.toUpperCase(), widths[at] ?? 0, column.right === true),
  );
  const body = rows.map((row, line) =>
    used
      .map(({ column, index }, at) => {
        const last = at === used.length - 1 && column.right !== true;
        const text = cells[line]?.[index] ?? "";
        const cell = last ? text : pad(text, widths[at] ?? 0, column.right === true);
        return column.paint === undefined ? cell : column.paint(cell, row);
      })
      .join("  "),
  );
  return [head.join("  "), ...body].map((line) => `${line.trimEnd()}\n`).join("");
}

function lengthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return right ? space + text : text + space;
}
