/**
 * `tieout demo`: a month of a small company through real parts. Starts everything, tells the month
 * with planted faults, waits until all is settled, and prints what became of it.
 */

import { britishMonth } from "../demo/british-month.ts";
import type { Story } from "../demo/company.ts";
import { seedMonth } from "../demo/company.ts";
import { sendStrangeEvent, startDelivery } from "../demo/delivery.ts";
import { expectedBooks } from "../demo/expectations.ts";
import type { PlantedFault } from "../demo/faults.ts";
import { plantFaults } from "../demo/faults.ts";
import type { DemoEntity } from "../demo/names.ts";
import { DEMO_UK, DEMO_US, demoWebhookSecret } from "../demo/names.ts";
import { prepareNetSuiteAccount } from "../demo/netsuite-account.ts";
import type { OperationContext } from "../operations/operation.ts";
import { forgetCursor } from "../store/stream-cursor.ts";
import { connect, sandboxAddresses } from "./connect.ts";
import type { Sandboxes } from "./demo-config.ts";
import { describeDemoPeople, ensureDemoPeople } from "./demo-people.ts";
import { printReport } from "./demo-print.ts";
import type { DemoReport } from "./demo-report.ts";
import { buildReport } from "./demo-report.ts";
import type { ToldAccount } from "./demo-settle.ts";
import { settleMonth } from "./demo-settle.ts";
import type { Environment } from "./environment.ts";
import { readEnvironment } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { makeProgress } from "./progress.ts";
import { systemClock } from "./system.ts";
import { say, secondCompanyRuns, startOrStop, supervisorLog } from "./up.ts";

export interface DemoFlags {
  readonly reset?: boolean;
  readonly keepRunning?: boolean;
  readonly json?: boolean;
  readonly with?: "tryton";
  readonly without?: "tryton";
}

/** Exit code 0 when everything that should settle by itself did and no invariant is violated. */
export async function demo(flags: DemoFlags): Promise<number> {
  const environment: Environment = { ...readEnvironment(), configFile: undefined };
  const started = systemClock.monotonic();
  say("Tieout demo: a month of Quillwater Metering, Inc. on the Stripe and NetSuite sandboxes.");
  const tryton = await secondCompanyRuns(flags);
  if (tryton) say(`And of ${DEMO_UK.company}, on another Stripe account and a real Tryton.`);
  const progress = makeProgress(process.stderr);
  progress.step("starting the ledger, the engine, the sandboxes and the hub");
  const reset = flags.reset === true;
  const stack = await startOrStop({ environment, log: supervisorLog, reset, tryton });
  if (stack === undefined) return 1;
  const hubUrl = stack.addresses()["h1"]?.["http"] ?? "";
  const connected = await connect(environment);
  if (connected === undefined) throw appErrors.E_APP_NOT_RUNNING({ dataDir: environment.dataDir });
  try {
    const accounts = await ensureDemoPeople(connected.context, environment.dataDir);
    const planted = await tellMonth(environment, connected.context, hubUrl, progress);
    const sandboxes = sandboxAddresses(environment);
    await settleMonth(connected.context.pool, companiesOf(sandboxes), progress);
    progress.step("checking what must always hold");
    const report = await buildReport(connected.context, sandboxes, planted);
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

interface Company extends ToldAccount {
  readonly entity: DemoEntity;
  readonly story?: Story;
}

function companiesOf({ stripe, british }: Sandboxes): Company[] {
  const of = (entity: DemoEntity, stripeUrl: string): Company => {
    return { entity, connection: entity.source, stripeUrl };
  };
  const american = of(DEMO_US, stripe);
  if (british === undefined) return [american];
  return [american, { ...of(DEMO_UK, british.stripe), story: britishMonth }];
}

async function tellMonth(
  environment: Environment,
  context: OperationContext,
  hubUrl: string,
  progress: ReturnType<typeof makeProgress>,
): Promise<readonly PlantedFault[]> {
  const sandboxes = sandboxAddresses(environment);
  const { stripe: stripeUrl, netsuite: netsuiteUrl } = sandboxes;
  const companies = companiesOf(sandboxes);
  const hubWebhookUrl = (source: string): string => `${hubUrl}/in/${source}`;
  const nowMs = systemClock.now();
  await prepareNetSuiteAccount(netsuiteUrl);
  let planted: readonly PlantedFault[] = [];
  for (const { entity, stripeUrl: account, story } of companies) {
    const { apiKey, legalEntity, seed, source } = entity;
    const title = `telling the month (${legalEntity})`;
    const month = await seedMonth({
      stripeUrl: account,
      apiKey,
      seed,
      webhookSecret: demoWebhookSecret(seed),
      hubWebhookUrl: hubWebhookUrl(source),
      nowMs,
      delivery: "hold",
      ...(story === undefined ? {} : { story }),
      onProgress: (done, total, text) => progress.bar(title, done, total, text),
    });
    // The month was written into the sandbox's past, behind what a sweep may have read already.
    await forgetCursor(context.pool, source);
    // Planted once, with the telling; a later start of the same data goes on from where it was.
    if (entity === DEMO_US && month.told) planted = await plantFaults({ stripeUrl, netsuiteUrl });
  }
  await expectedBooks({ stripeUrl });
  for (const company of companies) await startDelivery({ stripeUrl: company.stripeUrl });
  await sendStrangeEvent({ hubWebhookUrl: hubWebhookUrl(DEMO_US.source), nowMs });
  return planted;
}
