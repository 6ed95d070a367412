/**
 * `npm run soak -- --hours 1`: a steady load through the whole product, and whether anything grows
 * that should not. Writes JSON to bench/out and a table; exit code 3 when something is not flat.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { request } from "undici";
import { version } from "../../src/app/environment.ts";
import type { Pool } from "../../src/store/database.ts";
import { outDir, programFile, rootDir } from "../files.ts";
import { linkMasterData, openLedger, until } from "../ledger.ts";
import { describeMachine } from "../machine.ts";
import { BOOKS } from "../plain-target.ts";
import { killPrograms, startProgram } from "../programs.ts";
import { mustAgree } from "../result.ts";
import type { Servers } from "../servers.ts";
import { startServers } from "../servers.ts";
import type { Target } from "../stage.ts";
import { startHubProcess, startTarget } from "../stage.ts";
import { prepareCounting, readLedgerFigures } from "./ledger-figures.ts";
import type { LoadStats } from "./load-process.ts";
import { readProcesses } from "./process-figures.ts";
import type { SoakResult } from "./render.ts";
import { renderSoak } from "./render.ts";
import type { SoakSample } from "./series.ts";
import { judgeAll } from "./series.ts";

const tell = (text: string): void => void process.stderr.write(`${text}\n`);
const usage = `npm run soak -- --hours 1 | --minutes 10 [--per-second 40] [--every 15]
npm run soak -- render bench/out/soak-*.json
`;
const NOT_FLAT = 3;
const DATABASE = "soak";

interface Wishes {
  readonly minutes: number;
  readonly perSecond: number;
  readonly everySeconds: number;
}

function readWishes(): Wishes {
  const { values } = parseArgs({
    options: {
      hours: { type: "string" },
      minutes: { type: "string" },
      "per-second": { type: "string", default: "40" },
      every: { type: "string" },
    },
  });
  const minutes = values.minutes === undefined ? Number(values.hours ?? 1) * 60 : +values.minutes;
  // About 240 samples, and never so dense that looking becomes a load of its own.
  const usual = Math.min(30, Math.max(5, Math.round((minutes * 60) / 240)));
  const everySeconds = values.every === undefined ? usual : Number(values.every);
  const wishes = { minutes, perSecond: Number(values["per-second"]), everySeconds };
  for (const [name, value] of Object.entries(wishes)) {
    if (!(value > 0)) throw new Error(`${name} is not a number above zero\n${usage}`);
  }
  return wishes;
}

const statsOf = async (url: string, path = "/stats"): Promise<LoadStats> =>
  (await (await request(`${url}${path}`)).body.json()) as LoadStats;

async function soak(servers: Servers, wishes: Wishes) {
  const databaseUrl = await servers.freshDatabase(DATABASE);
  const warehouseUrl = await servers.freshDatabase(`${DATABASE}_warehouse`);
  const pool = await openLedger(databaseUrl);
  await prepareCounting(pool);
  const target = await startTarget();
  await linkMasterData(pool, BOOKS);
  const settings = { profile: false } as Parameters<typeof startHubProcess>[0]["settings"];
  const books = { url: target.url, lanes: 8 };
  const warehouse = { url: warehouseUrl, lanes: 1 };
  const hub = await startHubProcess({ servers, settings, tell }, { databaseUrl, books, warehouse });
  const { perSecond } = wishes;
  const load = await startProgram(programFile("soak/load-process"), { url: hub.url, perSecond });
  const loadUrl = String(load.first["url"]);
  const roots = { hub: hub.pid, target: target.pid, load: load.pid, ...servers.processes };
  const samples: SoakSample[] = [];
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  while (seconds() < wishes.minutes * 60) {
    await sleepUntil(started + (samples.length + 1) * wishes.everySeconds * 1000);
    const [ledger, stats] = [await readLedgerFigures(pool), await statsOf(loadUrl)];
    samples.push({ at: seconds(), ledger, load: stats, processes: readProcesses(roots) });
    tellSample(samples.at(-1));
  }
  const { taken } = await statsOf(loadUrl, "/end");
  const verified = await verify(pool, target, taken);
  await load.stop();
  await hub.stop();
  await target.stop();
  await pool.end();
  return { samples, verified };
}

function tellSample(sample: SoakSample | undefined): void {
  if (sample === undefined) return;
  const { at, ledger, load, processes } = sample;
  const memory = ["hub", "PostgreSQL", "Restate"].map(
    (name) => `${name} ${Math.round(processes?.[name]?.ownMiB ?? 0)} MiB`,
  );
  const words = [`${Math.round(at)} s`, `${ledger.events} events`, `${ledger.open} open`];
  tell([...words, `p99 ${load.p99.toFixed(1)} ms`, ...memory].join(", "));
}

/** A run that lost work is not a result. */
async function verify(pool: Pool, target: Target, taken: number): Promise<Record<string, number>> {
  const open = async () => (await readLedgerFigures(pool)).open === 0;
  await until(open, "every handoff settled", 500, 300);
  const count = async (from: string): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${from}`);
    return rows[0]?.n ?? -1;
  };
  const { created, repeated } = await target.stats();
  return mustAgree("soak", {
    events: { found: await count("event"), expected: taken },
    confirmed: {
      found: await count("handoff where state = 'confirmed'"),
      expected: 2 * taken,
    },
    objectsInTarget: { found: created, expected: taken },
    repeatedCalls: { found: repeated, expected: 0 },
    exceptions: { found: await count("exception_case"), expected: 0 },
  });
}

const sleepUntil = (at: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));

/** A kept run, by the series of today: its samples are all there. */
function judgedAnew(text: string): SoakResult {
  const kept = JSON.parse(text) as SoakResult;
  return { ...kept, series: judgeAll(kept.samples) };
}

async function main(): Promise<void> {
  const [first, ...files] = process.argv.slice(2);
  if (first === "render") {
    const results = files.map((file) => judgedAnew(readFileSync(file, "utf8")));
    return void process.stdout.write(`${results.map(renderSoak).join("\n\n")}\n`);
  }
  const wishes = readWishes();
  mkdirSync(outDir, { recursive: true });
  const servers = await startServers(true);
  const leave = (): void => {
    killPrograms();
    void servers.stop().then(() => process.exit(130));
  };
  process.once("SIGINT", leave);
  process.once("SIGTERM", leave);
  try {
    const { dataDir: folder, databaseUrl, engine } = servers;
    const machine = await describeMachine({
      folder,
      databaseUrl,
      restateAdminUrl: engine.adminUrl,
    });
    const startedAt = new Date().toISOString();
    const { samples, verified } = await soak(servers, wishes);
    const command = `npm run soak -- ${process.argv.slice(2).join(" ")}`.trim();
    const git = spawnSync("git", ["describe", "--always", "--dirty"], { cwd: rootDir });
    const commit = git.status === 0 ? git.stdout.toString().trim() : "no commit";
    const series = judgeAll(samples);
    const result: SoakResult = {
      ...{ startedAt, command, version, commit, ...wishes, machine, verified, series, samples },
    };
    const file = path.join(outDir, `soak-${startedAt.replace(/[:.]/g, "-")}.json`);
    writeFileSync(file, `${JSON.stringify(result)}\n`);
    tell(`written to ${path.relative(rootDir, file)}`);
    process.stdout.write(`${renderSoak(result)}\n`);
    if (series.some((one) => one.verdict?.flat !== true)) process.exitCode = NOT_FLAT;
  } finally {
    killPrograms();
    await servers.stop();
  }
}

main().catch((thrown: unknown) => {
  tell(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exit(1);
});
