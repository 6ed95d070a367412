/** The command line of a fault run. */
import { parseArgs } from "node:util";

export type Size = "full" | "small";

export interface Options {
  readonly seed: number;
  readonly size: Size;
  /** Invoices to sell; undefined for what the size says. */
  readonly invoices: number | undefined;
  /** Leaves the data folder; it also stays when the run fails. */
  readonly keep: boolean;
  readonly json: boolean;
  /** Where the data lie; a temporary folder when undefined. */
  readonly data: string | undefined;
}

export const USAGE =
  "npm run faults -- [--seed N] [--size full|small] [--invoices N] [--keep] [--data DIR] [--json]";

/** Throws an Error with a sentence for a person. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      size: { type: "string", default: "full" },
      invoices: { type: "string" },
      data: { type: "string" },
      keep: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { size, keep, json, data } = values;
  if (size !== "full" && size !== "small") throw new Error(`--size is full or small. ${USAGE}`);
  return {
    seed: wholeNumber("--seed", values.seed),
    size,
    invoices:
      values.invoices === undefined ? undefined : wholeNumber("--invoices", values.invoices),
    keep,
    json,
    data,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is a whole number, not ${text}. ${USAGE}`);
  return Number(text);
}

/** The command that repeats a run. */
export function repeatCommand({ seed, size, invoices }: Options): string {
  const count = invoices === undefined ? "" : ` --invoices ${invoices}`;
  return `npm run faults -- --seed ${seed}${size === "full" ? "" : ` --size ${size}`}${count}`;
}
