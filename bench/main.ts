/** `npm run bench -- P1 P2 P3 P8 P11 [options]`: runs benchmarks, writes JSON and a table. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { version } from "../src/app/environment.ts";
import { benchBacklog } from "./backlog-bench.ts";
import { benchBulk } from "./bulk-bench.ts";
import { benchCalls } from "./call-bench.ts";
import { outDir, rootDir } from "./files.ts";
import { benchIntake } from "./intake-bench.ts";
import { describeMachine } from "./machine.ts";
import { installPeers } from "./peer-runs.ts";
import { killPrograms } from "./programs.ts";
import { renderResult } from "./render.ts";
import type { BenchResult, Outcome } from "./result.ts";
import { benchSearch } from "./search-bench.ts";
import { startServers } from "./servers.ts";
import type { BenchId, Settings } from "./settings.ts";
import { readSettings, usage } from "./settings.ts";
import type { Stage } from "./stage.ts";

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const benches: Readonly<
  Record<BenchId, { title: string; run: (stage: Stage) => Promise<Outcome> }>
> = {
  P1: { title: "durable webhook intake", run: benchIntake },
  P2: { title: "event to target, one HTTP call each", run: benchCalls },
  P3: { title: "bulk targets", run: benchBulk },
  P8: { title: "slope with backlog and history", run: benchBacklog },
  P11: { title: "search", run: benchSearch },
};

async function runAll(settings: Settings, command: string): Promise<BenchResult[]> {
  if (settings.peers && settings.ids.some((id) => id !== "P8" && id !== "P11")) installPeers();
  const servers = await startServers(settings.profile);
  const leave = (): void => {
    killPrograms();
    void servers.stop().then(() => process.exit(130));
  };
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  const results: BenchResult[] = [];
  try {
    for (const id of settings.ids) {
      // Before the first load, so that the load average is the others' and not ours.
      const machine = await describeMachine({
        folder: servers.dataDir,
        databaseUrl: servers.databaseUrl,
        restateAdminUrl: servers.engine.adminUrl,
      });
      const { title, run } = benches[id];
      const startedAt = new Date();
      const outcome = await run({ servers, settings, tell });
      const result: BenchResult = {
        id,
        title,
        startedAt: startedAt.toISOString(),
        seconds: (Date.now() - startedAt.getTime()) / 1000,
        command,
        version,
        commit: commitOf(),
        machine,
        ...outcome,
      };
      results.push(result);
      const file = path.join(outDir, `${id}-${result.startedAt.replace(/[:.]/g, "-")}.json`);
      writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
      tell(`written to ${path.relative(rootDir, file)}`);
      if (settings.json) tell(renderResult(result));
      else process.stdout.write(`${renderResult(result)}\n`);
    }
  } finally {
    await servers.stop();
  }
  return results;
}

/** The commit that was measured, marked when files differ from it. */
function commitOf(): string {
  const run = spawnSync("git", ["describe", "--always", "--dirty"], {
    cwd: rootDir,
    encoding: "utf8",
  });
  return run.status === 0 ? run.stdout.trim() : "no commit";
}

function render(files: readonly string[]): void {
  const results = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as BenchResult);
  process.stdout.write(results.map(renderResult).join("\n"));
}

async function main(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if (first === "render") return render(rest);
  if (first === "--help" || first === "help") return tell(usage);
  const given = process.argv.slice(2);
  mkdirSync(outDir, { recursive: true });
  const results = await runAll(readSettings(given), `npm run bench -- ${given.join(" ")}`.trim());
  if (readSettings(given).json) {
    process.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : results)}\n`);
  }
}

main().catch((thrown: unknown) => {
  tell(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exit(1);
});
