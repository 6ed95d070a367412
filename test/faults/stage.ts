/**
 * The processes of a fault run: PostgreSQL, Restate and two hubs under the product's supervisor.
 * The sandboxes run in this process, for they are the oracle and must outlive everything.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nodeChild } from "../../src/app/supervisor/node-child.ts";
import { postgresChild, restateChild } from "../../src/app/supervisor/server-children.ts";
import { supervise } from "../../src/app/supervisor/supervisor.ts";
import type { ChildSpec, Supervisor } from "../../src/app/supervisor/types.ts";
import { systemClock, systemRandom } from "../../src/app/system.ts";
import { choosePorts } from "../../src/engine/embedded/ports.ts";
import type { ServerLog } from "../../src/engine/embedded/types.ts";
import type { StripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { startStripeSandbox } from "../../src/sandbox/stripe/start.ts";
import type { BooksUnderFaults } from "./books-under-faults.ts";
import { openNetSuiteBooks } from "./netsuite-books.ts";
import type { Options } from "./options.ts";
import type { Schedule } from "./schedule.ts";
import { HUBS } from "./schedule.ts";
import { SOURCE } from "./settings.ts";
import { openTrytonBooks } from "./tryton-books.ts";

export interface Stage {
  readonly dataDir: string;
  readonly stripe: StripeSandbox;
  readonly books: BooksUnderFaults;
  readonly webhookSecrets: readonly string[];
  readonly supervisor: Supervisor;
  /** `label:pass` at which each start of a hub is to die; read at every start. */
  readonly crashAt: Map<string, string>;
  databaseUrl(): string;
  close(): Promise<void>;
}

const here = path.dirname(fileURLToPath(import.meta.url));
/** From dist-tools/test/faults to the repository. */
const root = path.join(here, "..", "..", "..");
const PROGRAM = path.join(root, "dist", "app", "main.js");
const CONFIG = path.join(here, "hub-config.js");

/** Ports from about here on, unless taken; the products' own, and those of a run beside us, not. */
const FIRST_PORT = 30_100 + (process.pid % 90) * 10;

/** Compressed: Stripe's three days, in half a minute and then once a second until the run ends. */
const RETRY_DELAYS_MS = [200, 400, 800, 1500, 3000, ...Array.from({ length: 200 }, () => 4000)];

export async function openStage(
  dataDir: string,
  options: Options,
  schedule: Schedule,
  log: ServerLog,
): Promise<Stage> {
  const sandboxDir = path.join(dataDir, "sandbox");
  const books =
    options.target === "netsuite"
      ? await openNetSuiteBooks(sandboxDir, schedule.seed)
      : await openTrytonBooks(sandboxDir, options, log);
  const stripe = await startStripeSandbox({
    port: 0,
    clock: systemClock,
    seed: schedule.seed,
    dataDir: sandboxDir,
    perSecond: 0,
    // The first try of one event in fifty is lost on the way to an endpoint, for good.
    delivery: {
      concurrency: 24,
      duplicateRate: 0.05,
      lossRate: 0.02,
      reorderWindow: 40,
      retryDelaysMs: RETRY_DELAYS_MS,
      timeoutMs: 4000,
    },
  });
  const ports = await hubPorts(dataDir, log);
  // An endpoint per hub: every event comes twice, at the same time, to two processes.
  const webhookSecrets = HUBS.map((hub) => {
    const url = `http://127.0.0.1:${ports[hub]?.["http"]}/in/${SOURCE}`;
    const endpoint = stripe.world.createWebhookEndpoint({ url, enabled_events: ["*"] });
    return endpoint.secrets[0] ?? "";
  });
  const crashAt = new Map<string, string>();
  const shown = { stripe, books, webhookSecrets, dataDir, crashAt };
  const supervisor = supervise({
    dataDir,
    children: [
      postgresChild({ random: systemRandom }),
      restateChild(),
      ...HUBS.map((hub) => hubChild(hub, ports[hub] ?? {}, shown)),
    ],
    clock: systemClock,
    log,
    backoff: { baseMs: 100, capMs: 400 },
  });
  const databaseUrl = (): string => {
    const child = supervisor.status().find((one) => one.name === "postgres");
    return child?.addresses["url"] ?? "";
  };
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await supervisor.stop();
    await Promise.all([stripe.close(), books.close()]);
  };
  // A signal and the end of the run may both ask for it.
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  return { ...shown, supervisor, databaseUrl, close };
}

async function hubPorts(
  dataDir: string,
  log: ServerLog,
): Promise<Record<string, Record<string, number>>> {
  const ports: Record<string, Record<string, number>> = {};
  for (const [index, hub] of HUBS.entries()) {
    const wishes = ["http", "engine"].map((use, second) => {
      return { use, usual: FIRST_PORT + 2 * index + second };
    });
    ports[hub] = await choosePorts(dataDir, hub, wishes, log);
  }
  return ports;
}

function hubChild(
  hub: string,
  ports: Readonly<Record<string, number>>,
  shown: Pick<Stage, "stripe" | "books" | "webhookSecrets" | "dataDir" | "crashAt">,
): ChildSpec {
  return nodeChild({
    name: hub,
    needs: ["postgres", "restate"],
    args: [PROGRAM, "hub"],
    env: (addresses) => ({
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      TIEOUT_DATA: shown.dataDir,
      TIEOUT_CONFIG: CONFIG,
      TIEOUT_HUB: hub,
      TIEOUT_CRASH_AT: shown.crashAt.get(hub) ?? "",
      TIEOUT_HTTP_PORT: String(ports["http"]),
      TIEOUT_ENGINE_PORT: String(ports["engine"]),
      DATABASE_URL: addresses["postgres"]?.["url"] ?? "",
      RESTATE_INGRESS_URL: addresses["restate"]?.["ingress"] ?? "",
      RESTATE_ADMIN_URL: addresses["restate"]?.["admin"] ?? "",
      FAULTS_STRIPE_URL: shown.stripe.url,
      FAULTS_BOOKS: JSON.stringify(shown.books.setting),
      FAULTS_SEATS: String(shown.books.seats),
      FAULTS_WEBHOOK_SECRETS: shown.webhookSecrets.join(","),
    }),
  });
}
