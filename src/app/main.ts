#!/usr/bin/env node
/** The binary: commands made from operations, and the ones that start processes. */
import type { Command } from "commander";
import { Option } from "commander";
import type { CliOptions } from "../cli/build-program.ts";
import { runProgram } from "../cli/build-program.ts";
import { newConnectorCommand } from "../connectors/kit/scaffold-command.ts";
import { repositoryFolder } from "../connectors/kit/scaffold-folder.ts";
import { addBackupCommands } from "./backup-commands.ts";
import { connect, withoutLedger } from "./connect.ts";
import { retryDeadLetters } from "./dead-letter-command.ts";
import type { DemoFlags } from "./demo.ts";
import { demo } from "./demo.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment, version } from "./environment.ts";
import { runHubProcess } from "./hub-process.ts";
import { runSandboxProcess } from "./sandbox-process.ts";
import { systemClock } from "./system.ts";
import { addTransferCommands } from "./transfer-commands.ts";
import { runTrytonProcess } from "./tryton-process.ts";
import type { UpFlags } from "./up.ts";
import { up } from "./up.ts";

function withTryton(): Option {
  const text = "installs what the demo's second company needs (Debian 12, as root)";
  return new Option("--with <system>", text).choices(["tryton"]);
}

function withoutTryton(): Option {
  const text = "leaves out the demo's second company";
  return new Option("--without <system>", text).choices(["tryton"]);
}

function addProcesses(program: Command): void {
  program
    .command("up")
    .description("starts everything and stays: ledger, engine, hub, and the sandboxes of the demo")
    .option("--reset", "forget everything first")
    .option("--hubs <count>", "hub processes to run", Number)
    .option("--json", "print the addresses as JSON")
    .addOption(withTryton())
    .addOption(withoutTryton())
    .action((flags: UpFlags) => up(flags));
  program
    .command("demo")
    .description("a month of a small company through real parts, and what became of it")
    .option("--reset", "forget everything first")
    .option("--keep-running", "leave everything running afterwards, until Ctrl-C")
    .option("--json", "print the result as JSON")
    .addOption(withTryton())
    .addOption(withoutTryton())
    .action(async (flags: DemoFlags) => {
      process.exitCode = await demo(flags);
    });
  const letters = program.commands.find((one) => one.name() === "dead-letters");
  letters
    ?.command("retry")
    .description("translates open dead letters anew, after a connector was mended")
    .option("--json", "print the counts as JSON")
    .action((flags: { json?: boolean }) => retryDeadLetters(flags));
  program
    .command("connector")
    .description("New connectors")
    .command("new")
    .argument("<name>")
    .description(newConnectorCommand.summary)
    .action(async (name: string) => {
      const made = await newConnectorCommand.run(repositoryFolder(process.cwd()), name);
      (made.ok ? process.stdout : process.stderr).write(made.text);
      process.exitCode = made.ok ? 0 : 2;
    });
  addBackupCommands(program);
  addTransferCommands(program);
  program.command("hub", { hidden: true }).action(() => runHubProcess());
  program.command("sandbox", { hidden: true }).action(() => runSandboxProcess());
  program.command("tryton", { hidden: true }).action(() => runTrytonProcess());
}

function serverOf(variables: Environment["variables"]): CliOptions["server"] {
  const url = variables["TIEOUT_SERVER"];
  return url === undefined || url === "" ? undefined : { url, token: variables["TIEOUT_TOKEN"] };
}

const code = await runProgram(
  {
    version,
    connect: () => connect(),
    alone: withoutLedger,
    server: serverOf(readEnvironment().variables),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
    columns: process.stdout.columns,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    nowMs: systemClock.now,
    extend: addProcesses,
  },
  process.argv.slice(2),
);
process.exitCode ||= code;
