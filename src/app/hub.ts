/**
 * The hub: one process that takes facts in and brings targets to the state they imply. Puts the
 * parts together; what each does is in its own folder.
 */
import { isHealthy } from "../engine/restate-client.ts";
import { startSweeper } from "../engine/sweeper.ts";
import { openHttpServer } from "../http/server.ts";
import { messageOf } from "../kernel/errors.ts";
import { withdrawHub } from "../store/announce-hub.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase } from "../store/database.ts";
import { declareBudgets } from "../store/declare-budgets.ts";
import { ensurePartitions } from "../store/ensure-partitions.ts";
import { findOpenFlows } from "../store/find-open-flows.ts";
import type { Keyring } from "../store/keyring.ts";
import { openKeyring } from "../store/keyring.ts";
import { migrate } from "../store/migrate.ts";
import { noticeServer } from "../store/sending-permission.ts";
import { openHubApi } from "./hub-api.ts";
import { hubDuties } from "./hub-duties.ts";
import type { SweepTotal } from "./hub-intake.ts";
import { makeHubIntake } from "./hub-intake.ts";
import { openHubLanes, toDeclaration } from "./hub-lanes.ts";
import type { HubSettings } from "./hub-settings.ts";
import { bodiesUnderWay, openHubSpace } from "./hub-space.ts";
import { systemCipher, systemClock, systemHasher, systemRandom } from "./system.ts";

export interface Hub {
  readonly httpPort: number;
  readonly pool: Pool;
  /** Reads every source's own list once, now. */
  sweepSources(): Promise<SweepTotal>;
  /** Takes nothing new, finishes what is under way, leaves nothing running. */
  stop(): Promise<void>;
}

const CONNECTIONS = 16;

export async function startHub(settings: HubSettings): Promise<Hub> {
  const { log } = settings;
  const pool = await openLedger(settings);
  const keyring = keyringOf(settings);
  // A master key that is not this ledger's must stop the hub before it takes anything in.
  await keyring.secrets();
  const space = await openHubSpace(settings, pool);
  const { watch } = space;
  const { mayClaim } = watch;
  const lanes = await openHubLanes(settings, pool, keyring, mayClaim);
  const intake = makeHubIntake(settings, pool, keyring, lanes.releaser, watch);
  const { starter, releaser, endpointUrl } = lanes;
  const parts = { settings, pool, keyring, starter, releaser, intake, endpointUrl, mayClaim };
  const duties = hubDuties(parts);
  for (const duty of duties.atStart) {
    // An engine that is down keeps nobody from handing facts in; the sweeper registers with it.
    await duty
      .run(() => false)
      .catch((thrown: unknown) => {
        log.warn({ duty: duty.name, reason: messageOf(thrown) }, "not done at start; repeated");
      });
  }
  const sweeper = startSweeper({
    duties: [...duties.atStart, ...duties.later],
    onError: (duty, reason) => log.warn({ duty, reason }, "sweeper duty failed; it is repeated"),
  });
  const reports = settings.reports({
    pool,
    engineHealthy: () => isHealthy(settings.engine),
    pressure: intake.group.pressure,
    runningSeats: (budget) => starter.runningSeats(budget),
    space: watch.space,
  });
  const api = await openHubApi(settings, keyring, releaser);
  const http = await openHttpServer({
    ...settings.http,
    bodiesUnderWay: bodiesUnderWay(settings.limits),
    intake: intake.endpoints,
    ...reports,
    ...(api === undefined ? {} : { api: api.parts }),
    onError: (cause, where) => log.error({ where, reason: messageOf(cause) }, "request failed"),
  });
  log.info({ http: http.port, endpoint: endpointUrl }, "hub started");
  return {
    httpPort: http.port,
    pool,
    sweepSources: intake.sweepAll,
    async stop() {
      space.stop();
      await http.close();
      await intake.group.stop();
      await sweeper.stop();
      await releaser.drained();
      await lanes.stop();
      await releaser.drained();
      await lanes.closeEndpoint();
      await withdrawHub(pool, settings.name).catch(() => undefined);
      await Promise.all(settings.targets.map(({ target }) => target.close?.()));
      await Promise.all(settings.sources.map((source) => source.close?.()));
      await api?.close();
      await keyring.close();
      await pool.end();
    },
  };
}

function keyringOf(settings: HubSettings): Keyring {
  return openKeyring({
    url: settings.databaseUrl,
    cipher: systemCipher,
    random: systemRandom,
    clock: systemClock,
    master: settings.masterKeys,
    onIdleError: (cause) => settings.log.warn({ reason: cause.message }, "ledger connection lost"),
  });
}

async function openLedger(settings: HubSettings): Promise<Pool> {
  const { log } = settings;
  const pool = openDatabase({
    url: settings.databaseUrl,
    connections: CONNECTIONS,
    name: `tieout ${settings.name}`,
    onIdleError: (cause) => log.warn({ reason: cause.message }, "ledger connection lost"),
  });
  const applied = await migrate(pool, settings.migrationsDir, systemHasher, {
    hub: settings.name,
    crash: settings.crash,
    onBeyond: (beyond) => log.warn({ beyond }, "the ledger is newer; this version may still run"),
  });
  if (applied.length > 0) log.info({ applied }, "ledger brought to this version");
  if (await noticeServer(pool)) log.warn({}, "the ledger was restored; sending is switched off");
  const { left } = await ensurePartitions(pool, systemClock.now());
  if (left.length > 0) log.warn({ left }, "partitions not made; repeated");
  await declareBudgets(pool, settings.budgets.map(toDeclaration));
  await tellMissingFlows(settings, pool);
  return pool;
}

/**
 * A handoff carries all that its sending needs, so a flow that is gone strands nothing and is no
 * reason not to start (docs/decisions/0024); but somebody should know why nothing new follows.
 */
async function tellMissingFlows({ flows, log }: HubSettings, pool: Pool): Promise<void> {
  const declared = new Set(flows.map((flow) => `${flow.name} ${flow.version}`));
  const open = await findOpenFlows(pool);
  const missing = open.filter(({ flow, version }) => !declared.has(`${flow} ${version}`));
  if (missing.length > 0) log.warn({ missing }, "open handoffs of flows that are not declared");
}
