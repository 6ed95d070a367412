/** The process `tieout hub`: reads what the supervisor says, opens the connections, runs a hub. */
import path from "node:path";
import { messageOf } from "../kernel/errors.ts";
import type { TieoutConfig } from "./config.ts";
import { loadConfig, openConnections } from "./config.ts";
import { crashPoints } from "./crash-points.ts";
import type { Sandboxes } from "./demo-config.ts";
import { demoConfig, secondCompany } from "./demo-config.ts";
import { migrationsDir, packageDir, readEnvironment, version } from "./environment.ts";
import { appErrors } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { startHub } from "./hub.ts";
import { openLog } from "./log.ts";
import { ensureMasterKey, masterKeys } from "./master-keys.ts";
import { peopleSettings, trustedProxies } from "./people-settings.ts";
import { makeReports } from "./reports.ts";
import { holdLifeline } from "./supervisor/lifeline.ts";

function variable(name: string): string {
  const value = readEnvironment().variables[name];
  if (value === undefined) throw appErrors.E_APP_VARIABLE_MISSING({ name });
  return value;
}

/** The configuration file's, or the demo company's when the supervisor runs the sandboxes. */
export async function configFor(
  databaseUrl: string,
  sandboxes: Sandboxes,
  configFile: string | undefined,
): Promise<TieoutConfig> {
  if (configFile !== undefined) return loadConfig(configFile, { env: variable, databaseUrl });
  return demoConfig(sandboxes, databaseUrl);
}

export async function runHubProcess(): Promise<void> {
  const environment = readEnvironment();
  const { configFile, dataDir, logLevel, variables } = environment;
  const name = variables["TIEOUT_HUB"] ?? "h1";
  const log = openLog(logLevel, name);
  const databaseUrl = variable("DATABASE_URL");
  const sandboxes = {
    stripe: variables["TIEOUT_SANDBOX_STRIPE"] ?? "",
    netsuite: variables["TIEOUT_SANDBOX_NETSUITE"] ?? "",
    british: secondCompany(variables["TIEOUT_SANDBOX_STRIPE_UK"], dataDir),
  };
  const config = await configFor(databaseUrl, sandboxes, configFile);
  const connections = openConnections(config, (cause) => {
    log.warn({ reason: cause.message }, "warehouse connection lost");
  });
  ensureMasterKey(environment);
  const reports = makeReports({ version, hub: name });
  const hub = await startHub({
    name,
    version,
    databaseUrl,
    migrationsDir,
    masterKeys: masterKeys(environment),
    engine: {
      ingressUrl: variable("RESTATE_INGRESS_URL"),
      adminUrl: variable("RESTATE_ADMIN_URL"),
    },
    http: {
      host: variables["TIEOUT_HTTP_HOST"] ?? "127.0.0.1",
      port: Number(variables["TIEOUT_HTTP_PORT"] ?? 4380),
      consoleDir: path.join(packageDir, "console", "dist"),
      trustedProxies: trustedProxies(variables),
    },
    people: peopleSettings(variables),
    endpoint: {
      host: variables["TIEOUT_ENGINE_HOST"] ?? "127.0.0.1",
      port: Number(variables["TIEOUT_ENGINE_PORT"] ?? 0),
      url: variables["TIEOUT_ENGINE_URL"],
    },
    ...connections,
    budgets: config.budgets,
    flows: config.flows,
    sweepEveryMs: (config.sweepMinutes ?? 15) * 60_000,
    observeEveryMs: (config.observeMinutes ?? 60) * 60_000,
    graceSeconds: config.graceSeconds ?? 30,
    retention: config.retention,
    limits: config.limits,
    ledgerFolder: variables["TIEOUT_LEDGER_FOLDER"],
    log,
    crash: crashPoints(variables["TIEOUT_CRASH_AT"]),
    reports: reports.open,
    onCall: reports.onCall,
    onIntake: reports.onIntake,
  }).catch((thrown: unknown): never => {
    // Half a hub holds connections that would keep this process alive, and its supervisor waiting.
    log.fatal({ reason: messageOf(thrown) }, "hub did not start");
    process.exit(1);
  });
  stayUntilAsked(hub, log);
}

/** In service until a signal or the end of the supervisor; each asks for an orderly end once. */
function stayUntilAsked(hub: Hub, log: ReturnType<typeof openLog>): void {
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= hub.stop();
    return stopping;
  };
  const leave = (): void => {
    void stop().then(
      () => process.exit(0),
      (thrown) => {
        log.error({ reason: String(thrown) }, "hub did not stop in order");
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
  holdLifeline(stop).ready({ http: `http://127.0.0.1:${hub.httpPort}` });
}
