import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startTryton } from "../../src/sandbox/tryton/start-tryton.ts";
import type { TrytonDatabase } from "../../src/sandbox/tryton/types.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the test files of this run find their template. */
    readonly tryton: TrytonTestRoom;
  }
}

export interface TrytonTestRoom {
  readonly scratch: string;
  readonly templateFolder: string;
  readonly database: TrytonDatabase;
}

export const quiet = { info: () => {}, warn: () => {} };

/** Makes a template in a scratch folder by starting and ending a server once. */
export async function prepareTryton(
  database: TrytonDatabase,
): Promise<{ room: TrytonTestRoom; remove: () => Promise<void> }> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), `tieout-tryton-${database.kind}-`));
  const remove = async () => rmSync(scratch, { recursive: true, force: true });
  const room = { scratch, templateFolder: path.join(scratch, "template"), database };
  try {
    const folder = path.join(scratch, "first");
    const { templateFolder } = room;
    const common = { clock: systemClock, random: systemRandom, log: quiet };
    const server = await startTryton({ folder, templateFolder, port: 0, database, ...common });
    await server.destroy();
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  return { room, remove };
}
