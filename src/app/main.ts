#!/usr/bin/env node
/** The binary. */
import { Command } from "commander";
import { messageOf } from "../kernel/errors.ts";
import { runHubProcess } from "./hub-process.ts";
import { runSandboxProcess } from "./sandbox-process.ts";
import type { UpFlags } from "./up.ts";
import { say, up } from "./up.ts";

const program = new Command("tieout");
program
  .command("up")
  .option("--reset")
  .option("--json")
  .option("--hubs <n>", "", Number)
  .action((flags: UpFlags) => up(flags));
program.command("hub", { hidden: true }).action(() => runHubProcess());
program.command("sandbox", { hidden: true }).action(() => runSandboxProcess());

program.parseAsync().catch((thrown: unknown) => {
  say(messageOf(thrown));
  process.exit(1);
});
