/**
 * A room with everything real in it: a ledger of its own, an engine, both sandboxes and a hub in
 * this process. Tests of the whole way use it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { migrationsDir } from "../../src/app/environment.ts";
import type { Hub } from "../../src/app/hub.ts";
import { startHub } from "../../src/app/hub.ts";
import type { HubSettings } from "../../src/app/hub-settings.ts";
import { fixedMasterKey } from "../../src/app/master-keys.ts";
import { makeReports } from "../../src/app/reports.ts";
import type { TargetConnection } from "../../src/connectors/kit/target.ts";
import { netSuiteTarget } from "../../src/connectors/netsuite/target.ts";
import { stripeSource } from "../../src/connectors/stripe/source.ts";
import { warehouseTarget } from "../../src/connectors/warehouse/warehouse-target.ts";
import { contracts } from "../../src/contracts/registry.ts";
import type { EmbeddedRestate } from "../../src/engine/embedded/restate.ts";
import { startEmbeddedRestate } from "../../src/engine/embedded/restate.ts";
import { billingToBooks } from "../../src/flows/billing-to-books.ts";
import { eventsToWarehouse } from "../../src/flows/events-to-warehouse.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { NetSuiteSandbox } from "../../src/sandbox/netsuite/sandbox.ts";
import {
  DEMO_ACCOUNT,
  DEMO_CREDENTIALS,
  startNetSuiteSandbox,
} from "../../src/sandbox/netsuite/sandbox.ts";
import { TOKEN_USER } from "../../src/sandbox/netsuite/system-notes.ts";
import type { StripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { startStripeSandbox } from "../../src/sandbox/stripe/start.ts";
import { settingsFor } from "../connectors/netsuite-given.ts";
import type { FreshDatabase } from "./database.ts";
import { freshDatabase } from "./database.ts";
import { systemClock } from "./system-clock.ts";

export interface HubRoom {
  readonly database: FreshDatabase;
  readonly stripe: StripeSandbox;
  readonly netsuite: NetSuiteSandbox;
  readonly restate: EmbeddedRestate;
  /** The one that runs now. */
  readonly hub: Hub;
  readonly log: string[];
  /** Where the engine keeps its data. */
  readonly folder: string;
  /** Stops the hub and starts another on the same ledger, engine and address. */
  restart(): Promise<void>;
  /** Address of the hub's webhook endpoint. */
  readonly webhookUrl: string;
  readonly secret: string;
  /** Waits until no handoff moves any more, or fails with what still does. */
  settled(timeoutMs?: number): Promise<Record<string, number>>;
  states(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startSandboxes() {
  const stripe = await startStripeSandbox({ port: 0, clock: systemClock, perSecond: 0 });
  const netsuite = await startNetSuiteSandbox({
    port: 0,
    clock: systemClock,
    random: seededRandom(1),
  });
  return { stripe, netsuite };
}

interface Surroundings {
  readonly database: FreshDatabase;
  readonly restate: EmbeddedRestate;
  readonly stripe: StripeSandbox;
  readonly netsuite: NetSuiteSandbox;
  readonly secret: string;
  readonly port: number;
  /** The same after a restart: the engine goes on with what it had begun there. */
  readonly enginePort: number;
  readonly log: string[];
  readonly observeEveryMs: number | undefined;
  readonly books: BooksInRoom;
}

/** The books that the room's company keeps. */
export interface BooksInRoom {
  readonly target: TargetConnection;
  readonly seats: number;
}

export const ROOM_MASTER_KEY = "a room's master key";

/** How a target that is the sandbox is watched. */
export const SANDBOX_OBSERVE = {
  timeZone: "America/Los_Angeles",
  owns: ["invoice" as const, "creditMemo" as const],
  ourUser: TOKEN_USER,
  lagMs: 0,
};

/** `starts`: how often it was started; a nonce of an earlier start is refused by the books. */
function hubSettings(around: Surroundings, starts: number): HubSettings {
  const { database, restate, stripe, books, secret, port } = around;
  const surroundings = { clock: systemClock, random: seededRandom(starts) };
  const note = (fields: object, message: string): void => {
    around.log.push(`${message} ${JSON.stringify(fields)}`);
  };
  const { connection } = books.target;
  const source = stripeSource(
    {
      connection: "stripe-us",
      origin: stripe.url,
      apiKey: "sk_test_room",
      webhookSecrets: [secret],
      livemode: false,
      legalEntity: { id: "us", timeZone: "America/New_York" },
    },
    surroundings,
  );
  const warehouse = { connection: "warehouse", account: "room", url: database.url };
  const types = contracts.map((contract) => contract.type);
  const reports = makeReports({ version: "0.0.0", hub: "h1" });
  return {
    name: "h1",
    version: "0.0.0",
    databaseUrl: database.url,
    migrationsDir,
    masterKeys: fixedMasterKey(ROOM_MASTER_KEY),
    engine: { ingressUrl: restate.ingressUrl, adminUrl: restate.adminUrl },
    http: { host: "127.0.0.1", port },
    endpoint: { host: "127.0.0.1", port: around.enginePort },
    sources: [source],
    targets: [
      { target: books.target, budget: connection },
      { target: warehouseTarget(warehouse), budget: "warehouse" },
    ],
    budgets: [
      { name: connection, concurrency: books.seats },
      { name: "warehouse", concurrency: 1 },
    ],
    flows: [
      billingToBooks("stripe-us", connection, { postZeroDocuments: false }),
      eventsToWarehouse("stripe-us", "warehouse", types),
    ],
    sweepEveryMs: 3_600_000,
    observeEveryMs: around.observeEveryMs,
    log: { info: note, warn: note, error: note },
    crash: () => undefined,
    reports: reports.open,
    onCall: reports.onCall,
    onIntake: reports.onIntake,
  };
}

function netSuiteBooks({ url }: NetSuiteSandbox, starts: number): BooksInRoom {
  const settings = {
    ...settingsFor(url, DEMO_ACCOUNT, DEMO_CREDENTIALS),
    limits: { longestRunMs: 300, indexLagMs: 0 },
    observe: SANDBOX_OBSERVE,
  };
  const surroundings = { clock: systemClock, random: seededRandom(starts) };
  return { target: netSuiteTarget(settings, surroundings), seats: 8 };
}

/**
 * `observeEveryMs`: how often the hub looks at its targets by itself; never unless given. `books`:
 * instead of the NetSuite sandbox, which then stands by unused.
 */
export async function openHubRoom(
  options: {
    readonly observeEveryMs?: number;
    readonly settings?: Partial<HubSettings>;
    readonly books?: BooksInRoom;
  } = {},
): Promise<HubRoom> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-room-"));
  const database = await freshDatabase();
  const quiet = { info: () => undefined, warn: () => undefined };
  const restate = await startEmbeddedRestate({ dataDir: folder, clock: systemClock, log: quiet });
  const { stripe, netsuite } = await startSandboxes();
  const port = await freePort();
  const enginePort = await freePort();
  const webhookUrl = `http://127.0.0.1:${port}/in/stripe-us`;
  const endpoint = stripe.world.createWebhookEndpoint({ url: webhookUrl, enabled_events: ["*"] });
  const secret = endpoint.secrets[0] ?? "";
  const log: string[] = [];
  const { observeEveryMs } = options;
  const servers = { database, restate, stripe, netsuite };
  const rest = { secret, port, enginePort, log, observeEveryMs };
  let starts = 0;
  const start = () => {
    starts += 1;
    // A hub that stops closes its targets: each start has its own.
    const books = options.books ?? netSuiteBooks(netsuite, starts);
    const around = { ...servers, ...rest, books };
    return startHub({ ...hubSettings(around, starts), ...options.settings });
  };
  let hub = await start();
  return {
    ...{ database, stripe, netsuite, restate, log, webhookUrl, secret, folder },
    get hub() {
      return hub;
    },
    async restart() {
      await hub.stop();
      hub = await start();
    },
    states: () => statesOf(hub),
    settled: (timeoutMs = 30_000) => settled(hub, timeoutMs),
    async close() {
      await hub.stop();
      await restate.stop();
      await stripe.close();
      await netsuite.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function statesOf(hub: Hub): Promise<Record<string, number>> {
  const rows = await hub.pool.query<{ key: string; n: number }>(
    "select target || ' ' || state as key, count(*)::int as n from handoff group by 1 order by 1",
  );
  return Object.fromEntries(rows.rows.map((row) => [row.key, row.n]));
}

async function settled(hub: Hub, timeoutMs: number): Promise<Record<string, number>> {
  const until = performance.now() + timeoutMs;
  for (let quiet = 0; ; ) {
    const now = await statesOf(hub);
    const moving = Object.keys(now).filter((key) => /(ready|sent|unknown|awaiting)$/.test(key));
    quiet = moving.length === 0 ? quiet + 1 : 0;
    if (quiet >= 8) return now;
    if (performance.now() > until) throw new Error(`still moving: ${JSON.stringify(now)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
