/** The processes of `tieout up`, in the order of their needs. */
import path from "node:path";
import { choosePorts } from "../engine/embedded/ports.ts";
import type { ServerLog } from "../engine/embedded/types.ts";
import type { Environment } from "./environment.ts";
import { packageDir } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { nodeChild } from "./supervisor/node-child.ts";
import { postgresChild, restateChild } from "./supervisor/server-children.ts";
import type { Addresses, ChildSpec } from "./supervisor/types.ts";
import { systemRandom } from "./system.ts";

export interface UpOptions {
  readonly environment: Environment;
  readonly log: ServerLog;
  /** Names of the hubs to run; usually one. */
  readonly hubs: readonly string[];
  /** Whether the demo's second company runs, with a Tryton server for its books. */
  readonly tryton: boolean;
}

const PROGRAM = path.join(packageDir, "dist", "app", "main.js");

/** Variables of the caller that a child may see; nothing else is inherited. */
const PASSED = [
  "PATH",
  "HOME",
  "LANG",
  "TZ",
  "TIEOUT_LOG_LEVEL",
  "TIEOUT_SANDBOX_SEED",
  "TIEOUT_MASTER_KEY",
  "TIEOUT_MASTER_KEY_OLD",
  "TIEOUT_HTTP_HOST",
  "TIEOUT_PUBLIC_URL",
  "TIEOUT_TRUSTED_PROXIES",
  "TIEOUT_OIDC_ISSUER",
  "TIEOUT_OIDC_CLIENT_ID",
  "TIEOUT_OIDC_CLIENT_SECRET",
  "TIEOUT_OIDC_NAME",
  "TIEOUT_ENGINE_HOST",
  "TIEOUT_ENGINE_URL",
];

export async function upChildren(options: UpOptions): Promise<readonly ChildSpec[]> {
  const { environment, log, hubs } = options;
  const { dataDir, databaseUrl, restateIngressUrl, restateAdminUrl } = environment;
  if ((restateIngressUrl === undefined) !== (restateAdminUrl === undefined)) {
    throw appErrors.E_APP_RESTATE_ADDRESSES();
  }
  const children: ChildSpec[] = [];
  if (databaseUrl === undefined) {
    children.push(postgresChild({ random: systemRandom, archive: environment.walArchive }));
  }
  if (restateIngressUrl === undefined) children.push(restateChild());
  const base = baseVariables(environment);
  if (environment.configFile === undefined) children.push(...(await demoChildren(options, base)));
  const needs = children.map((child) => child.name);
  for (const [index, hub] of hubs.entries()) {
    const wishes = [
      { use: "http", usual: 4380 + 2 * index },
      { use: "engine", usual: 4381 + 2 * index },
    ];
    const ports = await choosePorts(dataDir, hub, wishes, log);
    children.push(
      nodeChild({
        name: hub,
        needs,
        args: [PROGRAM, "hub"],
        startPatienceMs: HUB_PATIENCE_MS,
        env: (addresses) => ({
          ...base,
          ...(environment.configFile === undefined ? {} : configVariables(environment)),
          ...hubVariables(environment, addresses),
          TIEOUT_HUB: hub,
          TIEOUT_HTTP_PORT: String(ports["http"]),
          TIEOUT_ENGINE_PORT: String(ports["engine"]),
        }),
      }),
    );
  }
  return children;
}

/**
 * A hub's first act after an upgrade are its migrations, and an index over a large ledger takes
 * long. Ended on the way, one is rolled back and the next start would come no further.
 */
const HUB_PATIENCE_MS = 6 * 3_600_000;

/** The stand-ins, and the second company's Tryton. */
async function demoChildren(
  { environment, log, tryton }: UpOptions,
  base: Record<string, string>,
): Promise<ChildSpec[]> {
  const { dataDir } = environment;
  const wishes = [
    { use: "stripe", usual: 4390 },
    { use: "netsuite", usual: 4391 },
    ...(tryton ? [{ use: BRITISH_STRIPE, usual: 4392 }] : []),
  ];
  const ports = await choosePorts(dataDir, "sandbox", wishes, log);
  const sandbox = nodeChild({
    name: "sandbox",
    args: [PROGRAM, "sandbox"],
    env: () => ({
      ...base,
      TIEOUT_STRIPE_PORT: String(ports["stripe"]),
      TIEOUT_NETSUITE_PORT: String(ports["netsuite"]),
      ...(tryton ? { TIEOUT_STRIPE_UK_PORT: String(ports[BRITISH_STRIPE]) } : {}),
    }),
  });
  if (!tryton) return [sandbox];
  const { http } = await choosePorts(dataDir, "tryton", [{ use: "http", usual: 4393 }], log);
  const books = nodeChild({
    name: "tryton",
    args: [PROGRAM, "tryton"],
    env: () => ({ ...base, TIEOUT_TRYTON_PORT: String(http) }),
    // Its first start makes a database of the modules: 12 s of work, minutes on a busy machine.
    startPatienceMs: 900_000,
  });
  return [sandbox, books];
}

/** The second company's account, by this use among the sandboxes' ports and addresses. */
export const BRITISH_STRIPE = "stripe-uk";

function baseVariables(environment: Environment): Record<string, string> {
  const passed: Record<string, string> = {
    TIEOUT_DATA: environment.dataDir,
    TIEOUT_CONFIG: environment.configFile ?? "",
  };
  for (const name of PASSED) {
    const value = environment.variables[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

/** A configuration of the user's own may name any variable for its secrets. */
function configVariables(environment: Environment): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment.variables)) {
    if (value !== undefined) all[name] = value;
  }
  if (environment.configFile !== undefined) all["TIEOUT_CONFIG"] = environment.configFile;
  return all;
}

/** Where a hub finds its ledger, its engine and, in the demo, the sandboxes. */
export function hubVariables(
  environment: Environment,
  addresses: Readonly<Record<string, Addresses>>,
): Record<string, string> {
  const variables: Record<string, string> = {
    DATABASE_URL: environment.databaseUrl ?? addresses["postgres"]?.["url"] ?? "",
    RESTATE_INGRESS_URL: environment.restateIngressUrl ?? addresses["restate"]?.["ingress"] ?? "",
    RESTATE_ADMIN_URL: environment.restateAdminUrl ?? addresses["restate"]?.["admin"] ?? "",
  };
  // Only the server in the box is known to keep its data here.
  if (environment.databaseUrl === undefined) {
    variables["TIEOUT_LEDGER_FOLDER"] = environment.dataDir;
  }
  const sandbox = addresses["sandbox"];
  if (sandbox !== undefined) {
    variables["TIEOUT_SANDBOX_STRIPE"] = sandbox["stripe"] ?? "";
    variables["TIEOUT_SANDBOX_NETSUITE"] = sandbox["netsuite"] ?? "";
    const british = sandbox[BRITISH_STRIPE];
    if (british !== undefined) variables["TIEOUT_SANDBOX_STRIPE_UK"] = british;
  }
  return variables;
}
