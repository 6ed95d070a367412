/** The hub's lanes: budgets, signals, and the endpoint through which the engine runs seats. */
import { makeEpochGuard } from "../engine/lanes/epoch-guard.ts";
import type { LaneBudget, LaneContext } from "../engine/lanes/lane-context.ts";
import type { LaneSignals } from "../engine/lanes/lane-signals.ts";
import { makeLaneSignals } from "../engine/lanes/lane-signals.ts";
import type { LaneStarter } from "../engine/lanes/lane-starter.ts";
import { makeLaneStarter } from "../engine/lanes/lane-starter.ts";
import { onceAtATime } from "../engine/lanes/once-at-a-time.ts";
import { runLane } from "../engine/lanes/run-lane.ts";
import { requestRun } from "../engine/restate-client.ts";
import { openRestateEndpoint } from "../engine/restate-endpoint.ts";
import type { Releaser } from "../intake/release-after-commit.ts";
import { makeReleaser } from "../intake/release-after-commit.ts";
import { messageOf } from "../kernel/errors.ts";
import type { Pool } from "../store/database.ts";
import type { Keyring } from "../store/keyring.ts";
import type { SeatKey } from "../store/take-lane.ts";
import type { BudgetSetting, HubSettings } from "./hub-settings.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

/** A run ends after this time and is asked for again, so that the engine sees it move. */
const RUN_MS = 5000;
/** How long an idle seat waits for more: longer than the gaps in a burst. */
const LINGER_MS = 250;

export interface HubLanes {
  readonly starter: LaneStarter;
  readonly releaser: Releaser;
  readonly endpointUrl: string;
  /** Seats of this hub that run now. */
  running(): number;
  /** Lets each seat record what is out and park; new runs end at once. */
  stop(): Promise<void>;
  closeEndpoint(): Promise<void>;
}

/** `mayClaim`: false while the ledger has room for outcomes only; seats record, park and wait. */
export async function openHubLanes(
  settings: HubSettings,
  pool: Pool,
  keyring: Keyring,
  mayClaim: () => boolean,
): Promise<HubLanes> {
  const { log } = settings;
  const budgets = laneBudgets(settings);
  const signals = makeLaneSignals();
  let stopping = false;
  const starter = makeLaneStarter({
    hub: settings.name,
    clock: systemClock,
    hasher: systemHasher,
    budgets,
    signals,
    requestRun: (seat) => askForRun(settings, seat),
    later: (task, ms) => void setTimeout(task, ms),
  });
  const releaser = makeReleaser({
    pool,
    most: 500,
    onReady: (names) => starter.ready(names),
    onError: (cause) => {
      log.warn({ reason: messageOf(cause) }, "release failed; the sweeper repeats it");
    },
  });
  const lane: LaneContext = {
    pool,
    keyring,
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
    epochGuard: makeEpochGuard({ pool, clock: systemClock, log }),
  };
  const isStopping = (): boolean => stopping || !mayClaim();
  const endpoint = await openRestateEndpoint({
    hub: settings.name,
    host: settings.endpoint.host,
    port: settings.endpoint.port,
    onError: (cause) => log.error({ reason: cause.message }, "engine endpoint failed"),
    runSeat: onceAtATime((seat) => runSeat(lane, signals, starter, seat, isStopping)),
  });
  const running = (): number =>
    [...budgets.keys()].reduce((sum, budget) => sum + starter.runningSeats(budget), 0);
  return {
    starter,
    releaser,
    endpointUrl: settings.endpoint.url ?? `http://127.0.0.1:${endpoint.port}`,
    running,
    async stop() {
      stopping = true;
      signals.wakeAll();
      for (let tries = 0; tries < 400 && running() > 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    closeEndpoint: () => endpoint.close(),
  };
}

/** One run of a seat; true when it should be run again at once. Never throws. */
async function runSeat(
  lane: LaneContext,
  signals: LaneSignals,
  starter: LaneStarter,
  seat: SeatKey,
  isStopping: () => boolean,
): Promise<boolean> {
  if (isStopping()) return false;
  starter.running(seat, true);
  try {
    const options = { runMs: RUN_MS, lingerMs: LINGER_MS, shouldStop: isStopping };
    const end = await runLane(lane, signals, seat, options);
    if (end === "closed") starter.closed(seat.budget);
    return end === "again";
  } catch (thrown) {
    const fields = { ...seat, reason: messageOf(thrown) };
    lane.log.error(fields, "lane ended; the sweeper starts it again");
    return false;
  } finally {
    starter.running(seat, false);
  }
}

async function askForRun(settings: HubSettings, seat: SeatKey): Promise<void> {
  try {
    await requestRun(settings.engine, settings.name, seat);
  } catch (thrown) {
    const fields = { ...seat, reason: messageOf(thrown) };
    settings.log.warn(fields, "engine did not take a run; the sweeper asks again");
  }
}

export function toDeclaration(budget: BudgetSetting) {
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
