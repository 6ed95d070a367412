/** The command line of a fault run. */
import { parseArgs } from "node:util";

export type Size = "full" | "small";
export type TargetName = "netsuite" | "tryton";
export type TrytonDatabaseKind = "sqlite" | "postgres";

export interface Options {
  readonly seed: number;
  readonly size: Size;
  /** Which books the company keeps. */
  readonly target: TargetName;
  /** What Tryton keeps its data in. */
  readonly database: TrytonDatabaseKind;
  /** Invoices to sell; undefined for what the size says. */
  readonly invoices: number | undefined;
  /** Leaves the data folder; it also stays when the run fails. */
  readonly keep: boolean;
  readonly json: boolean;
  /** Where the data lie; a temporary folder when undefined. */
  readonly data: string | undefined;
  /** Where an empty Tryton on SQLite is kept for later runs; making one takes 20 s. */
  readonly template: string | undefined;
}

export const USAGE =
  "npm run faults -- [--seed N] [--size full|small] [--invoices N] [--target netsuite|tryton] " +
  "[--database sqlite|postgres] [--template DIR] [--keep] [--data DIR] [--json]";

/** Throws an Error with a sentence for a person. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      size: { type: "string", default: "full" },
      target: { type: "string", default: "netsuite" },
      database: { type: "string", default: "sqlite" },
      invoices: { type: "string" },
      data: { type: "string" },
      template: { type: "string" },
      keep: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { keep, json, data, invoices, template } = values;
  return {
    seed: wholeNumber("--seed", values.seed),
    size: oneOf("--size", values.size, ["full", "small"]),
    target: oneOf("--target", values.target, ["netsuite", "tryton"]),
    database: oneOf("--database", values.database, ["sqlite", "postgres"]),
    invoices: invoices === undefined ? undefined : wholeNumber("--invoices", invoices),
    keep,
    json,
    data,
    template,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is a whole number, not ${text}. ${USAGE}`);
  return Number(text);
}

function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`${name} is ${known.join(" or ")}, not ${text}. ${USAGE}`);
}

/** The command that repeats a run. */
export function repeatCommand(options: Options): string {
  const { seed, size, invoices, target, database } = options;
  const parts = [
    `npm run faults -- --seed ${seed}`,
    ...(target === "tryton" ? [`--target tryton --database ${database}`] : []),
    ...(size === "full" ? [] : [`--size ${size}`]),
    ...(invoices === undefined ? [] : [`--invoices ${invoices}`]),
  ];
  return parts.join(" ");
}
