/**
 * `tieout demo`: a month of a small company through real parts. Starts everything, tells the month
 * with planted faults, waits until all is settled, and prints what became of it.
 */

import { seedMonth } from "../demo/company.ts";
import { sendStrangeEvent, startDelivery } from "../demo/delivery.ts";
import { expectedBooks } from "../demo/expectations.ts";
import type { PlantedFault } from "../demo/faults.ts";
import { plantFaults } from "../demo/faults.ts";
import { DEMO_STRIPE_CONNECTION } from "../demo/names.ts";
import { prepareNetSuiteAccount } from "../demo/netsuite-account.ts";
import type { OperationContext } from "../operations/operation.ts";
import { forgetCursor } from "../store/stream-cursor.ts";
import { connect, sandboxAddresses } from "./connect.ts";
import { describeDemoPeople, ensureDemoPeople } from "./demo-people.ts";
import { printReport } from "./demo-print.ts";
import type { DemoReport } from "./demo-report.ts";
import { buildReport } from "./demo-report.ts";
import { settleMonth } from "./demo-settle.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { makeProgress } from "./progress.ts";
import { systemClock } from "./system.ts";
import { say, startOrStop, supervisorLog } from "./up.ts";

export interface DemoFlags {
  readonly reset?: boolean;
  readonly keepRunning?: boolean;
  readonly json?: boolean;
}

/** Exit code 0 when everything that should settle by itself did and no invariant is violated. */
export async function demo(flags: DemoFlags): Promise<number> {
  const environment: Environment = { ...readEnvironment(), configFile: undefined };
  const started = systemClock.monotonic();
  say("Tieout demo: a month of Quillwater Metering, Inc. on the Stripe and NetSuite sandboxes.");
  const progress = makeProgress(process.stderr);
  progress.step("starting the ledger, the engine, the sandboxes and the hub");
  const reset = flags.reset === true;
  const stack = await startOrStop({ environment, log: supervisorLog, reset });
  if (stack === undefined) return 1;
  const hubUrl = stack.addresses()["h1"]?.["http"] ?? "";
  const connected = await connect(environment);
  if (connected === undefined) throw appErrors.E_APP_NOT_RUNNING({ dataDir: environment.dataDir });
  try {
    const accounts = await ensureDemoPeople(connected.context, environment.dataDir);
    const planted = await tellMonth(environment, connected.context, hubUrl, progress);
    await settleMonth(connected.context.pool, sandboxAddresses(environment).stripe, progress);
    progress.step("checking what must always hold");
    const report = await buildReport(connected.context, sandboxAddresses(environment), planted);
    progress.end();
    const seconds = (systemClock.monotonic() - started) / 1000;
    show(report, seconds, flags);
    for (const line of describeDemoPeople(accounts, environment.dataDir)) say(line);
    await connected.close();
    if (flags.keepRunning === true) {
      say(`Everything keeps running (${hubUrl}). Ctrl-C stops it.`);
      await stack.ended;
    }
    return report.ok ? 0 : 1;
  } finally {
    progress.end();
    await stack.supervisor.stop();
  }
}

function show(report: DemoReport, seconds: number, flags: DemoFlags): void {
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify({ ...report, seconds }, null, 2)}\n`);
  else process.stdout.write(printReport(report, seconds, process.stdout.isTTY === true));
}

async function tellMonth(
  environment: Environment,
  context: OperationContext,
  hubUrl: string,
  progress: ReturnType<typeof makeProgress>,
): Promise<readonly PlantedFault[]> {
  const { stripe: stripeUrl, netsuite: netsuiteUrl } = sandboxAddresses(environment);
  const hubWebhookUrl = `${hubUrl}/in/${DEMO_STRIPE_CONNECTION}`;
  const nowMs = systemClock.now();
  await prepareNetSuiteAccount(netsuiteUrl);
  const month = await seedMonth({
    stripeUrl,
    hubWebhookUrl,
    nowMs,
    delivery: "hold",
    onProgress: (done, total, text) => progress.bar("telling the month", done, total, text),
  });
  // The month was written into the sandbox's past, behind what a sweep may have read already.
  await forgetCursor(context.pool, DEMO_STRIPE_CONNECTION);
  // Planted once, with the telling; a later start of the same data goes on from where it was.
  const planted = month.told ? await plantFaults({ stripeUrl, netsuiteUrl }) : [];
  await expectedBooks({ stripeUrl });
  await startDelivery({ stripeUrl });
  await sendStrangeEvent({ hubWebhookUrl, nowMs });
  return planted;
}
