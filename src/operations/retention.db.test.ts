import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PastLedger } from "../../test/support/past-ledger.ts";
import { openPastLedger } from "../../test/support/past-ledger.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import { evidenceLines } from "./evidence/evidence-file.ts";
import type { EvidenceReport } from "./evidence/verify-evidence.ts";
import { verifyEvidence } from "./evidence/verify-evidence.ts";
import { runOperation } from "./operation.ts";
import type { RetentionPlan } from "./retention.ts";
import { planRetentionOperation, runRetentionOperation } from "./retention.ts";
import { verifyInvariantsOperation } from "./verify-invariants.ts";

const JANUARY = Date.UTC(2024, 0, 15);
const KEPT = { raw: 6, calls: 6 };
const CUSTOMERS = [1, 2, 3].map((n) => ({ id: `e${n}`, customer: `c${n}`, at: n }));

let ledger: PastLedger;

beforeEach(async () => {
  ledger = await openPastLedger();
});
afterEach(async () => {
  await ledger.close();
});

const plan = (keep: { raw?: number; calls?: number } = KEPT): Promise<RetentionPlan> =>
  runOperation(planRetentionOperation, ledger.context(keep), {});

const run = (planHash: string, crash?: (label: string) => void) =>
  runOperation(
    runRetentionOperation,
    { ...ledger.context(KEPT), ...(crash === undefined ? {} : { crash }) },
    { planHash },
  );

async function verified(): Promise<EvidenceReport> {
  const lines = evidenceLines(ledger.pool, "1", "2026-11-23T00:00:00.000Z");
  return verifyEvidence(systemHasher, lines);
}

async function counts(): Promise<Record<string, number>> {
  const { rows } = await ledger.pool.query<Record<string, number>>(
    `select (select count(*)::int from inbound) as inbound,
       (select count(*)::int from event) as event,
       (select count(*)::int from attempt) as attempt,
       (select count(*)::int from outcome) as outcome,
       (select count(*)::int from pg_class where relname like '%\\_2024\\_01') as partitions,
       (select count(*)::int from audit where operation = 'run-retention') as audited`,
  );
  return rows[0] ?? {};
}

describe("a month that is older than it is kept", () => {
  test("given that all of it is settled and sealed, then its rows go and its hashes stay", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.sealAll();
    const shown = await plan();
    expect(shown.due.map((one) => [one.class, one.month, one.rows, one.keptBy])).toEqual([
      ["raw", "2024-01", { inbound: 3 }, []],
      ["raw", "2024-02", { inbound: 0 }, []],
      ["calls", "2024-01", { attempt: 3, outcome: 3 }, []],
      ["calls", "2024-02", { attempt: 0, outcome: 0 }, []],
    ]);
    const { months } = await run(shown.planHash);
    expect(months.every((one) => one.retired)).toBe(true);
    await ledger.sealAll();

    expect(await counts()).toMatchObject({
      ...{ inbound: 0, event: 3, attempt: 0, outcome: 0, audited: 4 },
    });
    const report = await verified();
    expect(report.problems).toEqual([]);
    expect(report.retired).toBe(9);
    expect(report.retirements.map(({ table, rows, reason }) => [table, rows, reason])).toEqual([
      ["inbound", 3, "retention class raw, kept 6 months: 2024-01"],
      ["attempt", 3, "retention class calls, kept 6 months: 2024-01"],
      ["outcome", 3, "retention class calls, kept 6 months: 2024-01"],
    ]);
    const only = ["NoLoss", "Lineage", "WriteAhead", "NoBlindRetry", "Chain", "Immutability"];
    const { results } = await runOperation(verifyInvariantsOperation, ledger.context(), {
      only,
    });
    const looked = results.filter((one) => only.includes(one.name));
    // The events of these tests keep no contract of the product's; that alone may be found.
    const found = looked.flatMap((one) => one.violations.map(({ what }) => what));
    expect(found).toEqual(["events of a contract that is not kept"]);
    expect(looked).toHaveLength(only.length);
  });

  test("given that it is gone, then a fact told again is still known, and nothing is sent", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.sealAll();
    await run((await plan()).planHash);
    expect(await ledger.live(Date.now(), CUSTOMERS)).toEqual([
      "duplicate",
      "duplicate",
      "duplicate",
    ]);
    expect(ledger.server.effects).toHaveLength(3);
  });

  test("given rows removed beside a retirement, then exactly those are named", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.live(Date.UTC(2024, 5, 15), [{ id: "e9", customer: "c9", at: 9 }]);
    await ledger.sealAll();
    const shown = await plan();
    await run(shown.planHash);
    await ledger.sealAll();
    await ledger.pool.query("alter table event disable trigger user");
    const { rows } = await ledger.pool.query<{ id: string }>(
      "delete from event where subject like '%c2' returning id",
    );
    const { problems } = await verified();
    expect(problems.map(({ what, ids }) => [what, ...ids])).toEqual([
      ["missing row of event", rows[0]?.id],
    ]);
  });
});

describe("a month that something live refers to", () => {
  test("given a handoff that needs a person, then its bytes and its calls stay, and why is said", async () => {
    const [first] = CUSTOMERS;
    ledger.server.mishaps.push("refused");
    await ledger.live(JANUARY, first === undefined ? [] : [first]);
    await ledger.sealAll();
    const shown = await plan();
    expect(shown.due.filter((one) => one.keptBy.length > 0)).toMatchObject([
      { class: "raw", keptBy: ["1 handoffs that are not settled"] },
      { class: "calls", keptBy: ["1 open exceptions about it", "1 handoffs that are not settled"] },
    ]);
    const { months } = await run(shown.planHash);
    expect(months.filter((one) => !one.retired).map((one) => one.month)).toEqual([
      "2024-01",
      "2024-01",
    ]);
    expect(await counts()).toMatchObject({ inbound: 1, attempt: 1, outcome: 1 });
  });

  test("given a dead letter that is open, then its bytes stay", async () => {
    await ledger.live(JANUARY, [{ customer: "c1", at: 1 } as never]);
    await ledger.sealAll();
    const [raw] = (await plan({ raw: 6 })).due;
    expect(raw?.keptBy).toContain("1 dead letters that are open");
  });

  test("given rows that no block holds yet, then they stay", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    const [raw] = (await plan({ raw: 6 })).due;
    expect(raw?.keptBy).toEqual(["3 rows that are not sealed yet"]);
  });
});

describe("the act", () => {
  test("given no setting, then everything is kept; given too few months, then it is refused", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    expect((await plan({})).due).toEqual([]);
    await expect(plan({ raw: 1 })).rejects.toMatchObject({ code: "E_OPERATIONS_RETENTION" });
    await expect(plan({ raw: 3.5 })).rejects.toMatchObject({ code: "E_OPERATIONS_RETENTION" });
  });

  test("given that rows came in since the plan, then it is refused", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.sealAll();
    const { planHash } = await plan();
    await ledger.live(JANUARY + 1000, [{ id: "e8", customer: "c8", at: 8 }]);
    await expect(run(planHash)).rejects.toMatchObject({ code: "E_OPERATIONS_PLAN_CHANGED" });
  });

  test("given that it dies at any point, then nothing is gone; and it may be asked again", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.sealAll();
    const before = await counts();
    for (const label of ["retire-recorded", "retire-detached", "retire-before-commit"]) {
      const { planHash } = await plan();
      const dies = run(planHash, (at) => {
        if (at === label) throw new Error(`died at ${label}`);
      });
      await expect(dies).rejects.toThrow(label);
      expect(await counts()).toEqual(before);
    }
    await run((await plan()).planHash);
    expect((await counts())["inbound"]).toBe(0);
  });

  test("given somebody who reads the table for long, then it gives way and says so", async () => {
    await ledger.live(JANUARY, CUSTOMERS);
    await ledger.sealAll();
    const { planHash } = await plan();
    const reader = await ledger.pool.connect();
    await reader.query("begin; select count(*) from inbound");
    const { months } = await run(planHash);
    await reader.query("rollback");
    reader.release();
    expect(months.map((one) => [one.class, one.retired])).toEqual([
      ["raw", false],
      ["raw", false],
      ["calls", true],
      ["calls", true],
    ]);
    expect(months[0]?.why).toContain("in use");
  }, 30_000);
});
