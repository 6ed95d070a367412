/** One command: an operation, where it stands, and how its result is printed. */
import type { z } from "zod";
import type { Operation } from "../operations/operation.ts";
import type { ListStyle } from "./print-lists.ts";

/** Runs an operation, on the ledger here or at a server. */
export type Runner = <Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  input: unknown,
) => Promise<z.output<Output>>;

export interface CommandEntry {
  readonly path: readonly string[];
  readonly summary: string;
  readonly examples: readonly string[];
  /** The one input that is given without an option name. */
  readonly positional: string | undefined;
  readonly optionalPositional: boolean;
  readonly input: z.ZodType;
  /** True when this input asks nothing of a ledger: the command runs where none is. */
  standsAlone(input: unknown): boolean;
  run(runner: Runner, input: unknown): Promise<CommandResult>;
}

export interface CommandResult {
  readonly value: unknown;
  readonly exitCode: number;
  text(style: ListStyle): string;
}

interface Words<Result> {
  readonly path: readonly string[];
  readonly positional?: string;
  readonly optionalPositional?: boolean;
  readonly examples: readonly string[];
  readonly print: (result: Result, style: ListStyle) => string;
  readonly exitCode?: (result: Result) => number;
  /** Names of options with which the command needs no ledger. */
  readonly alone?: readonly string[];
}

export function entry<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  words: Words<z.output<Output>>,
): CommandEntry {
  return {
    path: words.path,
    summary: operation.summary,
    examples: words.examples,
    positional: words.positional,
    optionalPositional: words.optionalPositional === true,
    input: operation.input,
    standsAlone: (input) =>
      words.alone?.some((option) => (input as Record<string, unknown>)[option] !== undefined) ===
      true,
    async run(runner, input) {
      const value = await runner(operation, input);
      return {
        value,
        exitCode: words.exitCode?.(value) ?? 0,
        text: (style) => words.print(value, style),
      };
    },
  };
}
