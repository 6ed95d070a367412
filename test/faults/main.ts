/** `npm run faults`: sells, breaks, waits, and looks whether every promise held. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemClock } from "../../src/app/system.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Call } from "../../src/sandbox/kit/calls.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { Disturbance } from "./disturb.ts";
import { disturb } from "./disturb.ts";
import type { Drained } from "./drain.ts";
import { drain } from "./drain.ts";
import { judgeLedger, openCases } from "./ledger-oracle.ts";
import { mendPeriods } from "./mend.ts";
import type { Options } from "./options.ts";
import { readOptions, repeatCommand } from "./options.ts";
import type { RunResult } from "./report.ts";
import { describe, passed } from "./report.ts";
import type { Schedule } from "./schedule.ts";
import { describeSchedule, plannedCounts, scheduleFor } from "./schedule.ts";
import { sellAll } from "./sell.ts";
import { openShop } from "./shop.ts";
import type { Stage } from "./stage.ts";
import { openStage } from "./stage.ts";
import { TrytonAbsent } from "./tryton-books.ts";
import type { Auditor } from "./verify.ts";
import { invariantLines, openAuditor } from "./verify.ts";
import type { Watch } from "./watch.ts";
import { watchBooks } from "./watch.ts";

/** When the faults have stopped, everything must be done after so long, also on a busy machine. */
const DRAIN_MS = { small: 120_000, full: 480_000 } as const;
const DIFFERENCES_WITH_STORY = 5;

/** What is counted besides faults: none is owed at the end, and none should be given up. */
const NO_FAULT = /^webhooks: (pending|given up)$/;

/** As `npm run test:tryton` ends where the server cannot be installed: neither held nor failed. */
const CANNOT_RUN_HERE = 5;

const started = systemClock.monotonic();

function say(text: string): void {
  const seconds = Math.round((systemClock.monotonic() - started) / 100) / 10;
  process.stderr.write(`${String(seconds).padStart(7)} s  ${text}\n`);
}

function openData(options: Options): string {
  if (options.data === undefined) return mkdtempSync(path.join(os.tmpdir(), "tieout-faults-"));
  mkdirSync(options.data, { recursive: true });
  return path.resolve(options.data);
}

async function runFaults(options: Options): Promise<RunResult> {
  const schedule = scheduleFor(options);
  const dataDir = openData(options);
  say(`seed ${options.seed}, data in ${dataDir}`);
  for (const line of describeSchedule(schedule)) say(line);
  const quiet = { info: () => undefined, warn: () => undefined };
  const stage = await openStage(dataDir, options, schedule, quiet);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stage.close().then(() => process.exit(130)));
  }
  const disturbance = disturb(stage, schedule, say);
  try {
    await stage.supervisor.start();
    const pace = Math.round(stage.books.pace * 10) / 10;
    say(
      `PostgreSQL, Restate and two hubs run; ${stage.books.name} at pace ${pace}; the sale begins`,
    );
    const pool = openDatabase({
      url: stage.databaseUrl(),
      connections: 4,
      name: "tieout faults",
      onIdleError: () => undefined,
    });
    const auditor = openAuditor(stage, pool);
    try {
      const watch = stage.books.watched ? watchBooks(auditor.context) : undefined;
      const sold = await load(stage, schedule, disturbance);
      say("faults end");
      await Promise.all([disturbance.calm(), watch?.stop()]);
      let retried = 0;
      const mend = async (): Promise<void> => {
        retried += await mendPeriods(auditor.context, say);
      };
      const drained = await drain(stage, pool, { patienceMs: DRAIN_MS[options.size], say, mend });
      say(drained.ok ? "nothing moves any more; looking" : "it does not drain; looking");
      const run = { options, schedule, stage, disturbance, pool, drained, sold, retried };
      return await judge({ ...run, auditor, watch });
    } finally {
      await auditor.close();
      await pool.end();
    }
  } finally {
    await stage.close();
  }
}

async function load(stage: Stage, schedule: Schedule, disturbance: Disturbance): Promise<number> {
  const { books } = stage;
  const random = seededRandom(schedule.seed);
  const shop = openShop(stage.stripe.world, random, books.currencies);
  const began = systemClock.monotonic();
  disturbance.begin();
  let told = 0;
  await sellAll(shop, {
    invoices: schedule.invoices,
    loadMs: schedule.loadMs,
    extraEveryMs: schedule.extraEveryMs,
    idle: () => books.calls.inFlight < books.seats / 2,
    pace: books.pace,
    elapsed: () => systemClock.monotonic() - began,
    killsLeft: () => disturbance.left(),
    callsLeft: () => schedule.faultyCalls - books.calls.total,
    onProgress(sold) {
      if (sold - told < schedule.invoices / 10) return;
      told = sold;
      const booked = books.booked().catch(() => "unknown how many");
      void booked.then((there) => say(`${sold} invoices sold, ${there} booked`));
    },
  });
  return shop.sold;
}

interface Run {
  readonly options: Options;
  readonly schedule: Schedule;
  readonly stage: Stage;
  readonly disturbance: Disturbance;
  readonly pool: Pool;
  readonly drained: Drained;
  readonly sold: number;
  /** Exceptions that a retry took up again after a period was open again. */
  readonly retried: number;
  readonly auditor: Auditor;
  /** Undefined where nobody observes the books in this run. */
  readonly watch: Watch | undefined;
}

async function judge(run: Run): Promise<RunResult> {
  const { options, schedule, stage, disturbance, pool, auditor, watch } = run;
  const { world } = stage.stripe;
  // Taken now: what the checks themselves ask of the books is no part of the run.
  const calls: readonly Call[] = [...stage.books.calls.list()];
  const judgements = [
    ...(await stage.books.judge(world, pool)),
    await judgeLedger(stage, pool),
    ...(watch === undefined ? [] : [await watch.judge()]),
  ];
  const evidence = stage.books.evidence(calls, watch?.nonces ?? new Set());
  const invariants = invariantLines(await auditor.verify(evidence));
  const all = judgements.flatMap((one) => one.differences);
  const differences: RunResult["differences"][number][] = [];
  for (const [index, one] of all.entries()) {
    const wanted = index < DIFFERENCES_WITH_STORY && one.object !== "";
    differences.push({ ...one, story: wanted ? await auditor.story(one.object) : [] });
  }
  const faults = happened(run, calls);
  return {
    seed: options.seed,
    books: stage.books.name,
    repeat: repeatCommand(options),
    dataDir: stage.dataDir,
    seconds: Math.round((systemClock.monotonic() - started) / 1000),
    sold: run.sold,
    events: world.state.events.length,
    calls: calls.length,
    faults,
    missed: missedOf(schedule, faults),
    crashes: disturbance.crashes,
    drained: run.drained,
    cases: await openCases(pool),
    invariants,
    looked: Object.assign({}, ...judgements.map((one) => one.looked)),
    differences,
  };
}

/** Kills as the supervisor saw them, the rest as the sandboxes' own records have it. */
function happened(run: Run, calls: readonly Call[]): Record<string, number> {
  const { stage, disturbance, retried } = run;
  const delivery = stage.stripe.world.state.deliveries.counts();
  return {
    ...Object.fromEntries([...disturbance.counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    "exceptions taken up again": retried,
    ...Object.fromEntries(stage.books.strikes(calls)),
    ...Object.fromEntries(Object.entries(delivery).map(([name, n]) => [deliveryName(name), n])),
  };
}

function deliveryName(name: string): string {
  return name.replace("webhooks_", "webhooks: ").replaceAll("_", " ");
}

function missedOf(schedule: Schedule, faults: Readonly<Record<string, number>>): string[] {
  const planned = Object.entries(plannedCounts(schedule));
  const short = planned.filter(([kind, times]) => (faults[kind] ?? 0) < times);
  const never = Object.entries(faults).filter(
    ([kind, count]) => count === 0 && !NO_FAULT.test(kind),
  );
  return [
    ...short.map(([kind, times]) => `${kind}: ${faults[kind] ?? 0} of ${times}`),
    ...never.map(([kind]) => `${kind}: never`),
  ];
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const result = await runFaults(options);
  process.stdout.write(`${describe(result).join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  const ok = passed(result);
  if (ok && !options.keep) rmSync(result.dataDir, { recursive: true, force: true });
  return ok ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    if (thrown instanceof TrytonAbsent) {
      process.stderr.write(`${thrown.message}\n`);
      process.exit(CANNOT_RUN_HERE);
    }
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.stderr.write(`Again: npm run faults -- ${process.argv.slice(2).join(" ")}\n`);
    process.exit(1);
  },
);
