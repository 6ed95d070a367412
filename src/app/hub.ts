/**
 * The hub: one process that takes facts in and brings targets to the state they imply. Puts the
 * parts together; what each does is in its own folder.
 */

import type { SourceConnection } from "../connectors/kit/source.ts";
import type { TargetConnection } from "../connectors/kit/target.ts";
import { checkContract } from "../contracts/check-contract.ts";
import type { LaneBudget, LaneContext, LaneLog } from "../engine/lanes/lane-context.ts";
import { makeLaneSignals } from "../engine/lanes/lane-signals.ts";
import { makeLaneStarter } from "../engine/lanes/lane-starter.ts";
import { runLane } from "../engine/lanes/run-lane.ts";
import { isHealthy, isRegistered, register, requestRun } from "../engine/restate-client.ts";
import { openRestateEndpoint } from "../engine/restate-endpoint.ts";
import type { Duty } from "../engine/sweeper.ts";
import { startSweeper } from "../engine/sweeper.ts";
import type { Report } from "../http/server.ts";
import { openHttpServer } from "../http/server.ts";
import { fetchMissing } from "../intake/fetch-missing.ts";
import { makeGroupCommit } from "../intake/group-commit.ts";
import type { FactMaker } from "../intake/make-fact.ts";
import { receiveWebhook } from "../intake/receive-webhook.ts";
import { makeReleaser } from "../intake/release-after-commit.ts";
import { storeFacts } from "../intake/store-facts.ts";
import { sweepStream } from "../intake/sweep-source.ts";
import { messageOf } from "../kernel/errors.ts";
import type { Flow, TargetFacts } from "../routing/flow.ts";
import { makeRouter } from "../routing/route-event.ts";
import { announceHub, liveHubs, withdrawHub } from "../store/announce-hub.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase } from "../store/database.ts";
import { declareBudgets } from "../store/declare-budgets.ts";
import { ensurePartitions } from "../store/ensure-partitions.ts";
import { findDueHeads, findStaleHeads } from "../store/find-due-heads.ts";
import { findLanesToStart } from "../store/find-lanes-to-start.ts";
import { migrate } from "../store/migrate.ts";
import { noticeWantedObjects } from "../store/wanted-objects.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

export interface BudgetSetting {
  readonly name: string;
  readonly concurrency: number;
  readonly ratePerSecond?: number;
}

export interface HubSettings {
  readonly name: string;
  readonly version: string;
  readonly databaseUrl: string;
  readonly migrationsDir: string;
  readonly engine: { readonly ingressUrl: string; readonly adminUrl: string };
  readonly http: { readonly host: string; readonly port: number };
  /** Port on which the engine reaches this hub; 0 takes a free one. */
  readonly enginePort: number;
  readonly sources: readonly SourceConnection[];
  readonly targets: readonly { readonly target: TargetConnection; readonly budget: string }[];
  readonly budgets: readonly BudgetSetting[];
  readonly flows: readonly Flow[];
  readonly sweepEveryMs: number;
  readonly log: LaneLog;
  /** Ends the process at a labelled point; tests only. */
  readonly crash: (label: string) => void;
  readonly reports: (parts: HubParts) => HubReports;
  readonly onCall: (target: string, outcomeClass: string, durationMs: number) => void;
  readonly onIntake: (connection: string, verdict: string, durationMs: number) => void;
}

/** What health and metrics are read from. */
export interface HubParts {
  readonly pool: Pool;
  readonly engineHealthy: () => Promise<boolean>;
  readonly pressure: () => { readonly waiting: number; readonly bytes: number };
  readonly runningSeats: (budget: string) => number;
}

export interface HubReports {
  health(): Promise<Report>;
  ready(): Promise<Report>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

export interface Hub {
  readonly httpPort: number;
  readonly pool: Pool;
  /** Reads every source's own list once, now. */
  sweepSources(): Promise<{ seen: number; missed: number }>;
  stop(): Promise<void>;
}

/** Transactions of intake under way at once: one writes while the next one gathers. */
const PARALLEL_GROUPS = 3;
const GROUP_SIZE = 256;
const MOST_WAITING = 4096;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
const RUN_MS = 5000;
const LINGER_MS = 250;

export async function startHub(settings: HubSettings): Promise<Hub> {
  const { log } = settings;
  const pool = openDatabase({
    url: settings.databaseUrl,
    connections: 16,
    name: `tieout ${settings.name}`,
    onIdleError: (cause) => log.warn({ reason: cause.message }, "ledger connection lost"),
  });
  const applied = await migrate(pool, settings.migrationsDir, systemHasher);
  if (applied.length > 0) log.info({ applied }, "ledger brought to this version");
  await ensurePartitions(pool, systemClock.now());
  await declareBudgets(pool, settings.budgets.map(toDeclaration));

  const budgets = laneBudgets(settings);
  const signals = makeLaneSignals();
  let stopping = false;
  const starter = makeLaneStarter({
    hub: settings.name,
    clock: systemClock,
    hasher: systemHasher,
    budgets,
    signals,
    requestRun: async (seat) => {
      try {
        await requestRun(settings.engine, settings.name, seat);
      } catch (thrown) {
        log.warn(
          { ...seat, reason: messageOf(thrown) },
          "engine did not take a run; the sweeper asks again",
        );
      }
    },
    later: (task, ms) => void setTimeout(task, ms),
  });
  const releaser = makeReleaser({
    pool,
    most: 500,
    onReady: (names) => starter.ready(names),
    onError: (cause) =>
      log.warn({ reason: messageOf(cause) }, "release failed; the sweeper repeats it"),
  });
  const lane: LaneContext = {
    pool,
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    log,
    hub: settings.name,
    budgets,
    release: (keys) => releaser.add(keys),
    wakeMore: (budget) => starter.ready([budget]),
    crash: settings.crash,
    stats: { call: settings.onCall },
  };
  const endpoint = await openRestateEndpoint({
    hub: settings.name,
    host: "127.0.0.1",
    port: settings.enginePort,
    onError: (cause) => log.error({ reason: cause.message }, "engine endpoint failed"),
    runSeat: async (seat) => {
      if (stopping) return false;
      starter.running(seat, true);
      try {
        const options = { runMs: RUN_MS, lingerMs: LINGER_MS, shouldStop: () => stopping };
        return (await runLane(lane, signals, seat, options)) === "again";
      } catch (thrown) {
        log.error(
          { ...seat, reason: messageOf(thrown) },
          "lane ended; the sweeper starts it again",
        );
        return false;
      } finally {
        starter.running(seat, false);
      }
    },
  });
  const endpointUrl = `http://127.0.0.1:${endpoint.port}`;
  const intake = makeIntake(settings, pool, releaser);
  const duties = hubDuties({ settings, pool, starter, releaser, intake, endpointUrl });
  for (const duty of duties.atStart) await duty.run();
  const sweeper = startSweeper({
    duties: [...duties.atStart, ...duties.later],
    onError: (duty, reason) => log.warn({ duty, reason }, "sweeper duty failed; it is repeated"),
  });
  const reports = settings.reports({
    pool,
    engineHealthy: () => isHealthy(settings.engine),
    pressure: intake.group.pressure,
    runningSeats: (budget) => starter.runningSeats(budget),
  });
  const http = await openHttpServer({
    ...settings.http,
    intake: intake.endpoints,
    ...reports,
    onError: (cause, where) => log.error({ where, reason: messageOf(cause) }, "request failed"),
  });
  log.info({ http: http.port, endpoint: endpointUrl }, "hub started");
  return {
    httpPort: http.port,
    pool,
    sweepSources: intake.sweepAll,
    async stop() {
      stopping = true;
      signals.wakeAll();
      await http.close();
      await intake.group.stop();
      await sweeper.stop();
      await releaser.drained();
      await waitForLanes(() =>
        [...budgets.keys()].reduce((n, b) => n + starter.runningSeats(b), 0),
      );
      await endpoint.close();
      await withdrawHub(pool, settings.name).catch(() => undefined);
      await Promise.all(settings.targets.map(({ target }) => target.close?.()));
      await Promise.all(settings.sources.map((source) => source.close?.()));
      await pool.end();
    },
  };
}

async function waitForLanes(running: () => number): Promise<void> {
  for (let tries = 0; tries < 400 && running() > 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function toDeclaration(budget: BudgetSetting) {
  const { name, concurrency, ratePerSecond } = budget;
  return { name, concurrency, ratePerSecond };
}

function laneBudgets(settings: HubSettings): ReadonlyMap<string, LaneBudget> {
  return new Map(
    settings.budgets.map((budget) => {
      const own = settings.targets.filter((one) => one.budget === budget.name);
      const targets = new Map(own.map(({ target }) => [target.connection, target]));
      return [budget.name, { ...toDeclaration(budget), targets }];
    }),
  );
}

function targetFacts(settings: HubSettings): TargetFacts[] {
  return settings.targets.map(({ target, budget }) => ({
    connection: target.connection,
    account: target.account,
    budget,
    ordered: target.kind === "call",
    effects: Object.fromEntries(
      Object.entries(target.operations).map(([name, spec]) => [name, spec.effect]),
    ),
  }));
}

type Releaser = ReturnType<typeof makeReleaser>;

function makeIntake(settings: HubSettings, pool: Pool, releaser: Releaser) {
  const maker: FactMaker = {
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    route: makeRouter(settings.flows, targetFacts(settings)),
    checkContract,
  };
  const factStore = {
    pool,
    hasher: systemHasher,
    onCommitted: releaser.addFacts,
  };
  const store: Parameters<typeof makeGroupCommit>[0]["store"] = async (facts) => {
    settings.crash("before-intake-commit");
    const verdicts = await storeFacts(factStore, facts);
    settings.crash("after-intake-commit");
    return verdicts;
  };
  const group = makeGroupCommit({
    store,
    groupSize: GROUP_SIZE,
    parallel: PARALLEL_GROUPS,
    maxWaiting: MOST_WAITING,
    maxWaitingBytes: MOST_WAITING_BYTES,
    soon: (task) => void setTimeout(task, 1),
  });
  const endpoints = new Map(
    settings.sources.map((source) => [
      source.connection,
      {
        maxBodyBytes: source.maxBodyBytes,
        receive: async (request: Parameters<typeof receiveWebhook>[3]) => {
          const started = systemClock.monotonic();
          const answer = await receiveWebhook(maker, group, source, request);
          const verdict = answer.kind === "kept" ? answer.verdict : answer.kind;
          settings.onIntake(source.connection, verdict, systemClock.monotonic() - started);
          return answer;
        },
      },
    ]),
  );
  const sources = new Map(settings.sources.map((source) => [source.connection, source]));
  const sweepAll = async (): Promise<{ seen: number; missed: number }> => {
    const total = { seen: 0, missed: 0 };
    for (const source of settings.sources) {
      for (const stream of source.sweep?.streams ?? []) {
        const sweeping = { maker, pool, store, shouldStop: () => false };
        const report = await sweepStream(sweeping, source, stream);
        total.seen += report.seen;
        total.missed += report.missed.length;
        if (report.missed.length > 0) {
          const facts = report.missed.slice(0, 20).map((one) => one.factId);
          settings.log.warn(
            { ...report, missed: report.missed.length, facts },
            "facts that no webhook brought",
          );
        }
      }
    }
    return total;
  };
  const fetchWanted = (): Promise<number> => fetchMissing({ maker, pool, store, sources }, 50);
  return { group, endpoints, sweepAll, fetchWanted };
}

interface DutyParts {
  readonly settings: HubSettings;
  readonly pool: Pool;
  readonly starter: ReturnType<typeof makeLaneStarter>;
  readonly releaser: Releaser;
  readonly intake: ReturnType<typeof makeIntake>;
  readonly endpointUrl: string;
}

const NO_ID = "00000000-0000-0000-0000-000000000000";

function hubDuties(parts: DutyParts): { atStart: Duty[]; later: Duty[] } {
  const { settings, pool, starter, releaser, intake, endpointUrl } = parts;
  const budgets = settings.budgets.map((budget) => budget.name);
  let staleAfter = NO_ID;
  const announce: Duty = {
    name: "announce",
    everyMs: 2000,
    async run() {
      await announceHub(pool, settings.name, endpointUrl, settings.version);
      starter.setHubs(await liveHubs(pool));
    },
  };
  const engine: Duty = {
    name: "register-with-engine",
    everyMs: 3000,
    async run() {
      if (await isRegistered(settings.engine, settings.name, endpointUrl)) return;
      await register(settings.engine, endpointUrl);
      settings.log.info({ endpointUrl }, "registered with the engine");
    },
  };
  const later: Duty[] = [
    {
      name: "release-due",
      everyMs: 250,
      run: async () => releaser.add(await findDueHeads(pool, budgets, 500)),
    },
    {
      name: "start-lanes",
      everyMs: 500,
      async run() {
        for (const seat of await findLanesToStart(pool)) starter.start(seat);
      },
    },
    {
      name: "release-stale",
      everyMs: 2000,
      async run() {
        const { keys, lastId } = await findStaleHeads(pool, staleAfter, 1000);
        staleAfter = lastId ?? NO_ID;
        releaser.add(keys);
      },
    },
    {
      name: "fetch-missing",
      everyMs: 5000,
      async run() {
        await noticeWantedObjects(pool, 30);
        await intake.fetchWanted();
      },
    },
    {
      name: "sweep-sources",
      everyMs: settings.sweepEveryMs,
      run: async () => void (await intake.sweepAll()),
    },
    {
      name: "partitions",
      everyMs: 3_600_000,
      run: () => ensurePartitions(pool, systemClock.now()),
    },
  ];
  return { atStart: [announce, engine], later };
}
