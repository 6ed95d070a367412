/** How much room the ledger of this hub has left, and how often that is looked at. */
import { statfs } from "node:fs/promises";
import type { Space, SpaceWatch } from "../intake/space-watch.ts";
import { makeSpaceWatch } from "../intake/space-watch.ts";
import type { Pool } from "../store/database.ts";
import { measureLedger } from "../store/measure-ledger.ts";
import type { HubSettings, LimitSettings } from "./hub-settings.ts";
import { systemClock } from "./system.ts";

const MIB = 1024 ** 2;

export function spaceLimits(limits: LimitSettings = {}) {
  const refuseBelow = (limits.refuseBelowMiB ?? 1024) * MIB;
  const pauseBelow = Math.min((limits.pauseBelowMiB ?? 512) * MIB, refuseBelow);
  return { refuseBelow, pauseBelow };
}

export const bodiesUnderWay = (limits: LimitSettings = {}): number =>
  (limits.bodiesUnderWayMiB ?? 64) * MIB;

/** Asking a disk costs nothing; measuring a ledger looks at each of its files. */
const LOOK_MS = 500;
const MEASURE_MS = 15_000;

export interface HubSpace {
  readonly watch: SpaceWatch;
  stop(): void;
}

export async function openHubSpace(settings: HubSettings, pool: Pool): Promise<HubSpace> {
  const { limits, ledgerFolder, log } = settings;
  const most = limits?.ledgerMostMiB;
  const readers: (() => Promise<number | undefined>)[] = [];
  if (settings.readRoom !== undefined) readers.push(settings.readRoom);
  else if (ledgerFolder !== undefined) readers.push(() => freeOn(ledgerFolder));
  if (most !== undefined) readers.push(allowanceOf(pool, most * MIB));
  const onChange = ({ state, room, why }: Space): void => {
    const fields = { state, roomMiB: room === undefined ? undefined : Math.floor(room / MIB), why };
    if (state === "ok") log.info(fields, "the ledger has room again");
    else log.warn(fields, "the ledger has little room left");
  };
  const watch = makeSpaceWatch({
    ...{ clock: systemClock, limits: spaceLimits(limits), readers, onChange },
  });
  await watch.look();
  const timer = setInterval(() => void watch.look(), LOOK_MS);
  return { watch, stop: () => clearInterval(timer) };
}

/** Bytes that an ordinary user may still write there. */
export async function freeOn(folder: string): Promise<number> {
  const disk = await statfs(folder);
  return disk.bavail * disk.bsize;
}

function allowanceOf(pool: Pool, most: number): () => Promise<number | undefined> {
  let measuredAt = Number.NEGATIVE_INFINITY;
  let left: number | undefined;
  return async () => {
    const now = systemClock.monotonic();
    if (now - measuredAt >= MEASURE_MS) {
      measuredAt = now;
      left = most - (await measureLedger(pool));
    }
    return left;
  };
}
