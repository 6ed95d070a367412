/**
 * The process `tieout sandbox`: the stand-ins of Stripe and NetSuite, with durable journals; with
 * a second Stripe account when the second company runs.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { DEMO_UK } from "../demo/names.ts";
import { seededRandom } from "../kernel/random.ts";
import { startNetSuiteSandbox } from "../sandbox/netsuite/sandbox.ts";
import { startStripeSandbox } from "../sandbox/stripe/start.ts";
import { BRITISH_STRIPE } from "./children.ts";
import { readEnvironment } from "./environment.ts";
import { holdLifeline } from "./supervisor/lifeline.ts";
import { systemClock } from "./system.ts";

export async function runSandboxProcess(): Promise<void> {
  const { dataDir, variables } = readEnvironment();
  const folder = path.join(dataDir, "sandbox");
  mkdirSync(folder, { recursive: true });
  const seed = Number(variables["TIEOUT_SANDBOX_SEED"] ?? 1);
  const account = (port: number, ownSeed: number, dataDir: string) => {
    mkdirSync(dataDir, { recursive: true });
    // The demo and the fault run write a month in seconds; tests of the sandbox keep the limit.
    const options = { port, clock: systemClock, seed: ownSeed, dataDir, perSecond: 0 };
    return startStripeSandbox(options);
  };
  const stripe = await account(Number(variables["TIEOUT_STRIPE_PORT"] ?? 0), seed, folder);
  const ukPort = variables["TIEOUT_STRIPE_UK_PORT"];
  const ukFolder = path.join(folder, BRITISH_STRIPE);
  const british =
    ukPort === undefined ? undefined : await account(Number(ukPort), DEMO_UK.seed, ukFolder);
  const netsuite = await startNetSuiteSandbox({
    port: Number(variables["TIEOUT_NETSUITE_PORT"] ?? 0),
    clock: systemClock,
    random: seededRandom(seed),
    dataDir: folder,
    longestRequestMs: 3000,
  });
  const close = async (): Promise<void> => {
    await Promise.all([stripe.close(), british?.close(), netsuite.close()]);
  };
  const leave = (): void => void close().then(() => process.exit(0));
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
  const more = british === undefined ? {} : { [BRITISH_STRIPE]: british.url };
  holdLifeline(close).ready({ stripe: stripe.url, netsuite: netsuite.url, ...more });
}
