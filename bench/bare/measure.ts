/**
 * The limit beside ours: the same work by programs that do the least that can be done, measured in
 * the same run on the same servers by the same load. What they make is what this machine gives to
 * one Node process and PostgreSQL before anything is promised; a floor above it cannot be held here
 * by a product that promises something.
 */
import { request } from "undici";
import { programFile } from "../files.ts";
import { until } from "../ledger.ts";
import { ACCOUNT_SECRET } from "../load-events.ts";
import type { Said } from "../programs.ts";
import { runProgram, startProgram } from "../programs.ts";
import { mustAgree } from "../result.ts";
import type { LoadReport, Stage } from "../stage.ts";
import { runLoad, startTarget } from "../stage.ts";

const DATABASE = "bench_bare";
const WARMUP = 3000;
/** Calls at once in P2: ours has eight lanes of four. */
const CALLS = 32;

async function withDatabase<T>(
  stage: Stage,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  try {
    return await work(databaseUrl);
  } finally {
    await stage.servers.dropDatabase(DATABASE);
  }
}

export function measureBareIntake(stage: Stage, count: number, connections: number): Promise<Said> {
  stage.tell(`P1: ${count} events to the bare server`);
  return withDatabase(stage, async (databaseUrl) => {
    const input = { databaseUrl, secret: ACCOUNT_SECRET, handoffs: 2 };
    const server = await startProgram(programFile("bare/server"), input);
    const load = { urls: [String(server.first["url"])], connections };
    await runLoad({ ...load, prefix: "warm", count: WARMUP });
    const report = await runLoad({ ...load, prefix: "bench", count });
    await server.stop();
    const perSecond = Math.round(count / report.seconds);
    return { peer: BARE, count, perSecond, ...latencies(report), setting: { connections } };
  });
}

export function measureBareCalls(stage: Stage, count: number): Promise<Said> {
  stage.tell(`P2: ${count} events to the bare server`);
  return withDatabase(stage, async (databaseUrl) => {
    const target = await startTarget();
    try {
      const calls = { targetUrl: target.url, calls: CALLS };
      const input = { databaseUrl, secret: ACCOUNT_SECRET, handoffs: 1, ...calls };
      const server = await startProgram(programFile("bare/server"), input);
      const url = String(server.first["url"]);
      const load = { urls: [url], connections: 64 };
      await runLoad({ ...load, prefix: "warm", count: WARMUP });
      await untilConfirmed(url, WARMUP);
      const report = await runLoad({ ...load, prefix: "bench", count });
      const { lastAt } = await untilConfirmed(url, WARMUP + count);
      const { created, repeated } = await target.stats();
      await server.stop();
      mustAgree("bare P2", {
        objectsInTarget: { found: created, expected: WARMUP + count },
        repeatedCalls: { found: repeated, expected: 0 },
      });
      const perSecond = Math.round((count * 1000) / (lastAt - report.startedAt));
      return { peer: BARE, count, perSecond, ...latencies(report), setting: { calls: CALLS } };
    } finally {
      await target.stop();
    }
  });
}

function latencies({ p50, p99 }: LoadReport): { p50Ms: number; p99Ms: number } {
  return { p50Ms: Number(p50.toFixed(1)), p99Ms: Number(p99.toFixed(1)) };
}

interface Confirmed {
  readonly confirmed: number;
  readonly lastAt: number;
}

async function untilConfirmed(url: string, expected: number): Promise<Confirmed> {
  let said: Confirmed = { confirmed: 0, lastAt: 0 };
  const all = async (): Promise<boolean> => {
    said = (await (await request(`${url}/confirmed`)).body.json()) as Confirmed;
    return said.confirmed >= expected;
  };
  await until(all, `${expected} confirmed by the bare server`, 20, 120);
  return said;
}

/** `databaseUrl`: a ledger whose events are seeded already; they are read and stay as they are. */
export async function measureBareBulk(
  stage: Stage,
  databaseUrl: string,
  warehouseUrl: string | undefined,
  expected: number,
): Promise<Said> {
  const variant = warehouseUrl === undefined ? "into nothing" : "into two tables";
  stage.tell(`P3: ${expected} events ${variant}, bare`);
  const setting = { lanes: 2 };
  const input = { databaseUrl, warehouseUrl, ...setting };
  const said = await runProgram(programFile("bare/bulk"), input);
  mustAgree("bare P3", { taken: { found: Number(said["count"]), expected } });
  return { ...said, peer: BARE, variant, setting };
}

export const BARE = "bare, no guarantee (the limit)";
