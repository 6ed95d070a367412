/**
 * The product's hub as a process of its own, with the connections of a benchmark. Nothing of the
 * protocol is switched off. Input: HubInput. Says its address once it is in service; ends in order
 * with SIGTERM or with its parent.
 */
import { migrationsDir, version } from "../src/app/environment.ts";
import { startHub } from "../src/app/hub.ts";
import type { BudgetSetting, HubSettings } from "../src/app/hub-settings.ts";
import { fixedMasterKey } from "../src/app/master-keys.ts";
import { makeReports } from "../src/app/reports.ts";
import { systemClock, systemRandom } from "../src/app/system.ts";
import { stripeSource } from "../src/connectors/stripe/source.ts";
import { warehouseTarget } from "../src/connectors/warehouse/warehouse-target.ts";
import { contracts } from "../src/contracts/registry.ts";
import { billingToBooks } from "../src/flows/billing-to-books.ts";
import { eventsToWarehouse } from "../src/flows/events-to-warehouse.ts";
import type { Flow } from "../src/routing/flow.ts";
import type { HubInput } from "./hub-input.ts";
import { stripeSettings } from "./hub-input.ts";
import { SOURCE } from "./load-events.ts";
import { NOTHING, nullTarget } from "./null-target.ts";
import { BOOKS, plainTarget } from "./plain-target.ts";
import { endWithParent, programInput, say } from "./programs.ts";

interface Wiring {
  readonly targets: HubSettings["targets"];
  readonly budgets: readonly BudgetSetting[];
  readonly flows: readonly Flow[];
}

const NEVER_MS = 2 ** 31 - 1;

/** One budget a target; the flows are the product's own. */
function wire(input: HubInput): Wiring {
  const types = contracts.map((contract) => contract.type);
  const targets: HubSettings["targets"][number][] = [];
  const flows: Flow[] = [];
  const { books, warehouse, nothing } = input;
  if (books !== undefined) {
    targets.push({ target: plainTarget(books.url, books.lanes), budget: BOOKS });
    flows.push(billingToBooks(SOURCE, BOOKS, { postZeroDocuments: false }));
  }
  if (warehouse !== undefined) {
    const { url, lanes: connections } = warehouse;
    const target = warehouseTarget({ connection: "warehouse", account: "bench", url, connections });
    targets.push({ target, budget: "warehouse" });
    flows.push(eventsToWarehouse(SOURCE, "warehouse", types));
  }
  if (nothing !== undefined) {
    targets.push({ target: nullTarget(1000), budget: NOTHING });
    flows.push(eventsToWarehouse(SOURCE, NOTHING, types));
  }
  const lanes: Readonly<Record<string, number | undefined>> = {
    [BOOKS]: books?.lanes,
    warehouse: warehouse?.lanes,
    [NOTHING]: nothing?.lanes,
  };
  const budgets = targets.map(({ budget }) => ({ name: budget, concurrency: lanes[budget] ?? 1 }));
  return { targets, budgets, flows: flows.map(onlyOffered) };
}

/** The books of a benchmark take invoices; the flow's other routes would name what they lack. */
function onlyOffered(flow: Flow): Flow {
  if (flow.target !== BOOKS) return flow;
  const routes = flow.routes.filter((route) => route.events.includes("invoice.finalized"));
  return { ...flow, routes };
}

const input = programInput<HubInput>();
const wiring = wire(input);
const reports = makeReports({ version, hub: "bench" });
// Standard output belongs to the parent.
const toStderr = (fields: object, message: string): void => {
  process.stderr.write(`hub: ${message} ${JSON.stringify(fields)}\n`);
};
const hub = await startHub({
  name: input.name,
  version,
  databaseUrl: input.databaseUrl,
  migrationsDir,
  masterKeys: fixedMasterKey(`bench ${input.databaseUrl}`),
  engine: input.engine,
  http: { host: "127.0.0.1", port: 0 },
  endpoint: { host: "127.0.0.1", port: 0 },
  sources: [stripeSource(stripeSettings, { clock: systemClock, random: systemRandom })],
  ...wiring,
  sweepEveryMs: NEVER_MS,
  log: { info: () => undefined, warn: toStderr, error: toStderr },
  crash: () => undefined,
  reports: reports.open,
  onCall: reports.onCall,
  onIntake: reports.onIntake,
});
endWithParent(() => hub.stop());
say({ url: `http://127.0.0.1:${hub.httpPort}`, pid: process.pid });
