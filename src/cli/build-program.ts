/**
 * The command line, made from the operations. Data goes to stdout, words about it to stderr.
 *
 * exit code   0 done · 1 failed · 2 usage · 3 differences found · 4 a second person is needed
 */
import { Command, CommanderError } from "commander";
import { isTieoutError, messageOf } from "../kernel/errors.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";
import { askServer } from "./ask-server.ts";
import type { CommandEntry, Runner } from "./command-entry.ts";
import { commandEntries, groupSummaries } from "./commands.ts";
import { cliErrors } from "./errors.ts";
import { addOptions, inputOf } from "./options-of-input.ts";
import { makePaint } from "./paint.ts";

export interface Connected {
  readonly context: OperationContext;
  close(): Promise<void>;
}

export interface CliOptions {
  readonly version: string;
  /** Reaches the ledger; undefined when nothing runs here. Not called for help. */
  readonly connect: () => Promise<Connected | undefined>;
  /** What a command gets that needs no ledger: all but the ledger. */
  readonly alone: () => OperationContext;
  /** The hub to ask instead, as the environment names it. */
  readonly server?: { readonly url: string; readonly token: string | undefined } | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Stdout is a terminal that shows colours. */
  readonly colour: boolean;
  /** Columns of the terminal; undefined when stdout is piped. */
  readonly columns: number | undefined;
  /** IANA zone in which times are printed. */
  readonly zone: string;
  readonly nowMs: () => number;
  /** Where the app adds what starts processes: up, demo, sandbox. */
  readonly extend?: (program: Command) => void;
}

export const exitCodes = { done: 0, failed: 1, usage: 2, differences: 3, approval: 4 } as const;

export interface Program {
  readonly command: Command;
  /** Set by the command that ran. */
  exitCode: number;
}

/** Runs the command line once; never throws. `argv`: the arguments only. */
export async function runProgram(options: CliOptions, argv: readonly string[]): Promise<number> {
  const program = buildProgram(options);
  try {
    await program.command.parseAsync([...argv], { from: "user" });
    return program.exitCode;
  } catch (thrown) {
    return tell(options, thrown, argv.includes("--json"));
  }
}

export function buildProgram(options: CliOptions): Program {
  const command = new Command("tieout");
  const program: Program = { command, exitCode: exitCodes.done };
  command
    .description("Keeps what you sell, bill, book and report the same in every system.")
    .version(options.version)
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({ writeOut: options.out, writeErr: options.err })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 differences found, 4 a second person is needed.",
    );
  const groups = new Map<string, Command>();
  for (const entry of commandEntries) {
    const [first = "", second] = entry.path;
    if (second === undefined) {
      addCommand(program, command, first, entry, options);
      continue;
    }
    const group = groups.get(first) ?? inherit(command, first, groupSummaries[first] ?? "");
    groups.set(first, group);
    addCommand(program, group, second, entry, options);
  }
  options.extend?.(command);
  return program;
}

/** `command()` copies exitOverride and output settings to what it makes. */
function inherit(parent: Command, name: string, summary: string): Command {
  return parent.command(name).description(summary);
}

function addCommand(
  program: Program,
  parent: Command,
  name: string,
  entry: CommandEntry,
  options: CliOptions,
): void {
  const command = inherit(parent, name, entry.summary);
  if (entry.positional !== undefined) {
    const shown = entry.optionalPositional ? `[${entry.positional}]` : `<${entry.positional}>`;
    command.argument(shown);
  }
  addOptions(command, entry);
  command.option("--json", "print the result as JSON");
  command.option("--server <url>", "ask this hub instead of the ledger here (TIEOUT_SERVER)");
  command.option("--token <token>", "with --server: who asks (TIEOUT_TOKEN)");
  const examples = entry.examples.map((example) => `  ${example}`).join("\n");
  command.addHelpText("after", `\nExamples:\n${examples}`);
  command.action(async (...given: unknown[]) => {
    const flags = command.opts() as Record<string, unknown>;
    const positional = entry.positional === undefined ? undefined : (given[0] as string);
    program.exitCode = await runCommand(entry, inputOf(entry, flags, positional), flags, options);
  });
}

async function runCommand(
  entry: CommandEntry,
  input: unknown,
  flags: Record<string, unknown>,
  options: CliOptions,
): Promise<number> {
  const { runner, close } = await open(entry, input, flags, options);
  try {
    const result = await entry.run(runner, input);
    if (flags["json"] === true) options.out(`${JSON.stringify(result.value, null, 2)}\n`);
    else {
      options.out(
        result.text({
          paint: makePaint(options.colour),
          zone: options.zone,
          width: Math.max(60, options.columns ?? 100),
          nowMs: options.nowMs(),
        }),
      );
    }
    return result.exitCode;
  } finally {
    await close();
  }
}

/** A server when one is named, else the ledger here. */
async function open(
  entry: CommandEntry,
  input: unknown,
  flags: Record<string, unknown>,
  options: CliOptions,
): Promise<{ readonly runner: Runner; readonly close: () => Promise<void> }> {
  const alone = entry.standsAlone(input);
  const given = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const url = given("server") ?? options.server?.url;
  if (url !== undefined && !alone) {
    const server = { url, token: given("token") ?? options.server?.token };
    return {
      runner: (operation, input) => askServer(server, operation, input),
      close: async () => undefined,
    };
  }
  const connected = alone
    ? { context: options.alone(), close: async () => undefined }
    : await connect(options);
  return {
    runner: (operation, input) => runOperation(operation, connected.context, input),
    close: () => connected.close(),
  };
}

async function connect(options: CliOptions): Promise<Connected> {
  const connected = await options.connect().catch((thrown: unknown) => {
    throw isRefused(thrown) ? cliErrors.E_CLI_NOTHING_RUNS({}, thrown) : thrown;
  });
  if (connected === undefined) throw cliErrors.E_CLI_NOTHING_RUNS();
  return connected;
}

/** A connection refused on every address arrives as one error with several inside. */
function isRefused(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ("code" in thrown && (thrown.code === "ECONNREFUSED" || thrown.code === "ENOENT")) return true;
  return thrown instanceof AggregateError && thrown.errors.some(isRefused);
}

const USAGE = new Set(["E_OPERATIONS_INPUT"]);
const APPROVAL = new Set(["E_OPERATIONS_APPROVAL_NEEDED"]);

function tell(options: CliOptions, thrown: unknown, json: boolean): number {
  if (thrown instanceof CommanderError) {
    // Commander has said it already; help and version end with code 0.
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  const error = isRefused(thrown) ? cliErrors.E_CLI_NOTHING_RUNS({}, thrown) : thrown;
  const code = isTieoutError(error) ? error.code : "unknown";
  if (json) options.err(`${JSON.stringify({ error: { code, message: messageOf(error) } })}\n`);
  else options.err(`${messageOf(error)}${isTieoutError(error) ? ` [${code}]` : ""}\n`);
  if (USAGE.has(code)) return exitCodes.usage;
  return APPROVAL.has(code) ? exitCodes.approval : exitCodes.failed;
}
