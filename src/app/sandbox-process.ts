/** The process `tieout sandbox`: the stand-ins of Stripe and NetSuite, with durable journals. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "../kernel/random.ts";
import { startNetSuiteSandbox } from "../sandbox/netsuite/sandbox.ts";
import { startStripeSandbox } from "../sandbox/stripe/start.ts";
import { readEnvironment } from "./environment.ts";
import { holdLifeline } from "./supervisor/lifeline.ts";
import { systemClock } from "./system.ts";

export async function runSandboxProcess(): Promise<void> {
  const { dataDir, variables } = readEnvironment();
  const folder = path.join(dataDir, "sandbox");
  mkdirSync(folder, { recursive: true });
  const seed = Number(variables["TIEOUT_SANDBOX_SEED"] ?? 1);
  const stripe = await startStripeSandbox({
    port: Number(variables["TIEOUT_STRIPE_PORT"] ?? 0),
    clock: systemClock,
    seed,
    dataDir: folder,
    // The demo and the fault run write a month in seconds; tests of the sandbox keep the limit.
    perSecond: 0,
  });
  const netsuite = await startNetSuiteSandbox({
    port: Number(variables["TIEOUT_NETSUITE_PORT"] ?? 0),
    clock: systemClock,
    random: seededRandom(seed),
    dataDir: folder,
    longestRequestMs: 3000,
  });
  const close = async (): Promise<void> => {
    await Promise.all([stripe.close(), netsuite.close()]);
  };
  const leave = (): void => void close().then(() => process.exit(0));
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
  holdLifeline(close).ready({ stripe: stripe.url, netsuite: netsuite.url });
}
