import { randomUUID } from "node:crypto";
import path from "node:path";
import { inject } from "vitest";
import type { SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import { EURO_COMPANY } from "../../src/sandbox/tryton/company-spec.ts";
import type { TrytonSettings } from "../../src/sandbox/tryton/folder.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import { openTryton } from "../../src/sandbox/tryton/rpc.ts";
import { seedCompany } from "../../src/sandbox/tryton/seed-company.ts";
import type { RunningTryton, StartTrytonOptions } from "../../src/sandbox/tryton/start-tryton.ts";
import { startTryton } from "../../src/sandbox/tryton/start-tryton.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { quiet } from "./tryton-template.ts";

/** Options of a server with data of its own, copied from the run's template. */
export function ownTryton(settings?: TrytonSettings): StartTrytonOptions {
  const { scratch, templateFolder, database } = inject("tryton");
  const name = `fin_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  return {
    folder: path.join(scratch, name),
    templateFolder,
    port: 0,
    database: database.kind === "sqlite" ? database : { ...database, name },
    ...(settings === undefined ? {} : { settings }),
    clock: systemClock,
    random: systemRandom,
    log: quiet,
  };
}

export interface TrytonRoom {
  readonly server: RunningTryton;
  /** The administrator. */
  readonly rpc: TrytonRpc;
  readonly seeded: SeededCompany;
}

/** A server of the test file's own with a euro company in it. End it with `server.destroy()`. */
export async function trytonWithCompany(settings?: TrytonSettings): Promise<TrytonRoom> {
  const server = await startTryton(ownTryton(settings));
  const rpc = await openTryton(server.access);
  return { server, rpc, seeded: await seedCompany(rpc, EURO_COMPANY) };
}
