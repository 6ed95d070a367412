/**
 * A disk of its own, small and real, with the ledger on it; the hub takes facts until intake says
 * no, and then, with the watch switched off, until the server itself has no byte left.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { startEmbeddedPostgres } from "../../src/engine/embedded/postgres.ts";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";
import { postSigned } from "../support/stripe-signing.ts";
import { systemClock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { systemRandom } from "../support/system-random.ts";

const MIB = 1024 ** 2;
const quiet = { info: () => {}, warn: () => {} };

/** Undefined where this user may not mount; the reason is printed. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tieout-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=260m,mode=0711", "tmpfs", folder]);
    return folder;
  } catch (thrown) {
    rmSync(folder, { recursive: true });
    process.stdout.write(`no small disk: ${String(thrown).split("\n")[0]}; not tested here\n`);
    return undefined;
  }
}

const disk = mountSmallDisk();
let postgres: EmbeddedPostgres;
let room: HubRoom;

const startServer = () =>
  startEmbeddedPostgres({
    ...{ dataDir: disk ?? "", port: 26_010, clock: systemClock, random: systemRandom, log: quiet },
    settings: { max_wal_size: "64MB", min_wal_size: "32MB", shared_buffers: "32MB" },
  });

const free = (): number => {
  const { bavail, bsize } = statfsSync(disk ?? "/");
  return Math.floor((bavail * bsize) / MIB);
};

const filler = (): string => path.join(disk ?? "", "filler");
const fillUpTo = (leave: number): void =>
  writeFileSync(filler(), Buffer.alloc(Math.max(0, free() - leave) * MIB, 1));

async function openRoom(refuseBelowMiB: number): Promise<void> {
  postgres = await startServer();
  const limits = { refuseBelowMiB, pauseBelowMiB: Math.floor(refuseBelowMiB / 2) };
  const settings = { databaseUrl: postgres.url, ledgerFolder: disk, limits, people: undefined };
  room = await openHubRoom({ settings: settings as never });
}

beforeEach(() => rmSync(filler(), { force: true }));
afterEach(async () => {
  await room?.close();
  await postgres?.stop();
  rmSync(path.join(disk ?? "", "postgres"), { recursive: true, force: true });
});
afterAll(() => {
  if (disk === undefined) return;
  execFileSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true });
});

function body(id: string, bytes: number): string {
  const object = {
    ...{ id: `prod_${id}`, object: "product", active: true, created: 1, description: null },
    ...{ livemode: false, metadata: { pad: "x".repeat(bytes) }, name: "Seat", updated: 1 },
  };
  return JSON.stringify({
    ...{ id: `evt_${id}`, object: "event", api_version: "2026-10-28.endive", livemode: false },
    ...{ created: Math.floor(Date.now() / 1000), pending_webhooks: 1, request: null },
    ...{ type: "product.created", data: { object } },
  });
}

/** Random text: what compresses away would never fill a disk. */
const noise = (bytes: number): string =>
  Buffer.from(systemRandom.bytes(Math.ceil(bytes * 0.75)))
    .toString("base64")
    .slice(0, bytes);

interface Told {
  readonly kept: string[];
  readonly refused: { readonly status: number; readonly code: string }[];
}

async function tellUntilRefused(prefix: string, refusals: number, most: number): Promise<Told> {
  const told: Told = { kept: [], refused: [] };
  for (let n = 0; n < most && told.refused.length < refusals; n += 1) {
    const id = `${prefix}${n}`;
    const text = body(id, 0).replace('"pad":""', `"pad":"${noise(300_000)}"`);
    const answer = await postSigned(room.webhookUrl, room.secret, text).catch(() => undefined);
    if (answer?.status === 200) told.kept.push(`evt_${id}`);
    else told.refused.push({ status: answer?.status ?? 0, code: answer?.code ?? "no answer" });
  }
  return told;
}

async function keptFacts(): Promise<string[]> {
  const kept = "select fact_id as id from inbound where fact_id like 'evt_%'";
  const { rows } = await room.hub.pool.query<{ id: string }>(kept);
  return rows.map((row) => row.id);
}

async function untilTaken(id: string): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    const answer = await postSigned(room.webhookUrl, room.secret, body(id, 0)).catch(
      () => undefined,
    );
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("intake did not take facts again within a minute");
}

describe.skipIf(disk === undefined)("a disk that fills up", () => {
  test("given little room, then intake refuses before the server has to; space brings it back", async () => {
    await openRoom(40);
    fillUpTo(60);
    const { kept, refused } = await tellUntilRefused("slow", 3, 400);
    expect(refused.map((one) => one.code)).toEqual(Array(3).fill("E_INTAKE_NO_ROOM"));
    expect(kept.length).toBeGreaterThan(5);
    expect(free()).toBeGreaterThan(20);
    rmSync(filler());
    await untilTaken("back");
    expect((await keptFacts()).toSorted()).toEqual([...kept, "evt_back"].toSorted());
  });

  test("given no byte left at all, then what was confirmed is there, and it recovers by itself", async () => {
    await openRoom(0);
    fillUpTo(12);
    const { kept, refused } = await tellUntilRefused("hard", 12, 400);
    expect(refused).toHaveLength(12);
    expect(refused.every((one) => one.status === 503 || one.status === 0)).toBe(true);
    process.stdout.write(`refused by: ${[...new Set(refused.map((one) => one.code))].join()}\n`);
    rmSync(filler());
    const isGone = await Promise.race([
      postgres.exited.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000)),
    ]);
    // The supervisor's part: a server that ended is started again.
    if (isGone) postgres = await startServer();
    process.stdout.write(`the server ${isGone ? "ended and was started again" : "lived on"}\n`);
    await untilTaken("after");
    const there = await keptFacts();
    expect(kept.filter((id) => !there.includes(id))).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const lines = evidenceLines(room.hub.pool, "1", "2026-11-23T00:00:00.000Z");
    const report = await verifyEvidence(systemHasher, lines);
    expect(report.problems).toEqual([]);
    expect(report.rows["inbound"]).toBe(there.length);
  });
});
