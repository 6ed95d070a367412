/** Retirement, killed: the process that does it, and the server under it, at each point. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import type { EvidenceReport } from "../../src/operations/evidence/verify-evidence.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { planRetentionOperation, runRetentionOperation } from "../../src/operations/retention.ts";
import type { Pool } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import type { OwnServer } from "../support/own-server.ts";
import { startOwnServer } from "../support/own-server.ts";
import type { PastLedger } from "../support/past-ledger.ts";
import { openPastLedger } from "../support/past-ledger.ts";
import { rootUrl } from "../support/root.ts";
import { systemHasher } from "../support/system-hasher.ts";

const KEPT = { raw: 6, calls: 6 };
const FACTS = 40;
const main = new URL("dist/app/main.js", rootUrl).pathname;
const points = ["retire-recorded", "retire-detached", "retire-before-commit"];

async function fill(ledger: PastLedger): Promise<void> {
  for (const month of [0, 2, 4]) {
    const facts = Array.from({ length: FACTS }, (_, n) => ({
      ...{ id: `m${month}e${n}`, customer: `m${month}c${n}`, at: n },
    }));
    await ledger.live(Date.UTC(2024, month, 15), facts);
  }
  await ledger.sealAll();
}

async function verified(pool: Pool): Promise<EvidenceReport> {
  const lines = evidenceLines(pool, "1", "2026-11-23T00:00:00.000Z");
  return verifyEvidence(systemHasher, lines);
}

/** A month is there whole, with all of its partitions, or gone whole, with its record. */
async function expectWhole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ month: string; table: string; rows: number }>(
    `select to_char(to_timestamp(('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)
         ::bigint / 1000.0), 'YYYY-MM') as month, t as table, count(*)::int as rows
     from (select id, 'inbound' as t from inbound union all select id, 'attempt' from attempt
       union all select id, 'outcome' from outcome) x group by 1, 2`,
  );
  for (const { rows: count } of rows) expect(count).toBe(FACTS);
  const of = (month: string) => rows.filter((one) => one.month === month).map((one) => one.table);
  for (const month of ["2024-01", "2024-03", "2024-05"]) {
    expect(of(month).includes("attempt"), month).toBe(of(month).includes("outcome"));
  }
  const { rows: records } = await pool.query<{ n: number; audited: number }>(
    `select (select count(distinct reason)::int from evidence_change where kind = 'retired') as n,
       (select count(*)::int from audit where operation = 'run-retention') as audited`,
  );
  expect(records[0]?.n).toBe(records[0]?.audited);
}

describe("the process that retires is killed", () => {
  let ledger: PastLedger;
  let folder: string;
  let config: string;

  beforeAll(async () => {
    ledger = await openPastLedger();
    await fill(ledger);
    folder = mkdtempSync(path.join(os.tmpdir(), "tieout-retire-"));
    config = path.join(folder, "tieout.config.ts");
    const settings = { sources: [], targets: [], budgets: [], flows: [], retention: KEPT };
    writeFileSync(config, `export default () => (${JSON.stringify(settings)});\n`);
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });

  /** The command, SIGKILLed at a labelled point or after some milliseconds. */
  async function retire(crashAt: string, killAfterMs?: number): Promise<string> {
    const { planHash } = await runOperation(planRetentionOperation, ledger.context(KEPT), {});
    const env = { ...process.env, DATABASE_URL: ledger.database.url, TIEOUT_CONFIG: config };
    const child = spawn(process.execPath, [main, "retention", "run", "--plan-hash", planHash], {
      env: { ...env, TIEOUT_DATA: folder, TIEOUT_CRASH_AT: crashAt },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += String(chunk)));
    child.stderr.on("data", (chunk) => (said += String(chunk)));
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    const [code, signal] = await once(child, "exit");
    return signal === null ? `exit ${String(code)}: ${said}` : String(signal);
  }

  test("given SIGKILL at each point, then each month is whole or gone whole, and verifies", async () => {
    let killed = 0;
    for (const point of points) {
      for (const pass of [1, 2]) {
        const end = await retire(`${point}:${pass}`);
        if (end === "SIGKILL") killed += 1;
        else expect(end).toMatch(/^exit 0/);
        await ledger.sealAll();
        await expectWhole(ledger.pool);
        expect((await verified(ledger.pool)).problems).toEqual([]);
      }
    }
    for (const ms of [300, 600, 900, 1200, 1500]) {
      await retire("", ms);
      await ledger.sealAll();
      await expectWhole(ledger.pool);
      expect((await verified(ledger.pool)).problems).toEqual([]);
    }
    expect(killed).toBeGreaterThan(3);
    expect(await retire("")).toMatch(/^exit 0/);
    await ledger.sealAll();
    const report = await verified(ledger.pool);
    expect(report.problems).toEqual([]);
    expect(report.retired).toBe(3 * 3 * FACTS);
  }, 600_000);
});

describe("the server is killed under it", () => {
  let server: OwnServer;

  beforeAll(async () => {
    server = await startOwnServer(26_020);
    const pool = server.open();
    await migrate(pool, new URL("migrations", rootUrl).pathname, systemHasher);
    const drop = async (): Promise<void> => undefined;
    const ledger = await openPastLedger({ url: server.url(), drop });
    await fill(ledger);
    await ledger.close();
  });
  afterAll(() => server.close());

  test("given its end at each point, then the ledger opens and nothing is half done", async () => {
    for (const point of points) {
      const before = await openPastLedger({ url: server.url(), drop: async () => undefined });
      const context = before.context(KEPT);
      const { planHash } = await runOperation(planRetentionOperation, context, {});
      const crash = (label: string): void => {
        if (label === point) server.kill();
      };
      const acts = runOperation(runRetentionOperation, { ...context, crash }, { planHash });
      await expect(acts).rejects.toThrow();
      await before.close();
      await server.startAgain();
      const after = await openPastLedger({ url: server.url(), drop: async () => undefined });
      await expectWhole(after.pool);
      expect((await verified(after.pool)).problems).toEqual([]);
      await after.close();
    }
    const last = await openPastLedger({ url: server.url(), drop: async () => undefined });
    const { planHash } = await runOperation(planRetentionOperation, last.context(KEPT), {});
    const done = await runOperation(runRetentionOperation, last.context(KEPT), { planHash });
    expect(done.months.every((one) => one.retired)).toBe(true);
    await last.sealAll();
    expect(await verified(last.pool)).toMatchObject({ problems: [], retired: 3 * 3 * FACTS });
    await last.close();
  });
});
