import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { z } from "zod";
import { embeddedErrors } from "./errors.ts";
import type { ServerLog } from "./types.ts";

const rememberedSchema = z.record(z.string(), z.number().int().min(1).max(65535));

export interface PortWish {
  /** What the port is for: `ingress`. */
  readonly use: string;
  /** Asked for by the caller; wins over what is remembered. */
  readonly asked?: number | undefined;
  /** Taken when nothing is asked and nothing remembered. */
  readonly usual: number;
}

/**
 * Chooses a free loopback port per wish: asked, else remembered, else usual, else the next free
 * one above (said in the log). The choice is remembered in `ports/<name>.json`, so that a restart
 * keeps its addresses. Throws E_EMBEDDED_PORTS when 200 ports in a row are taken.
 */
export async function choosePorts(
  dataDir: string,
  name: string,
  wishes: readonly PortWish[],
  log: ServerLog,
): Promise<Record<string, number>> {
  const file = path.join(dataDir, "ports", `${name}.json`);
  const remembered = readRemembered(file);
  const chosen: Record<string, number> = {};
  for (const { use, asked, usual } of wishes) {
    const first = asked ?? remembered[use] ?? usual;
    const port = await firstFree(name, first, new Set(Object.values(chosen)));
    if (port !== first) {
      log.warn({ server: name, use, taken: first, port }, `port ${first} is taken, using ${port}`);
    }
    chosen[use] = port;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(chosen)}\n`);
  return chosen;
}

function readRemembered(file: string): Record<string, number> {
  try {
    return rememberedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}

async function firstFree(name: string, first: number, used: Set<number>): Promise<number> {
  const last = Math.min(first + 200, 65535);
  for (let port = first; port <= last; port += 1) {
    if (!used.has(port) && (await isFree(port))) return port;
  }
  throw embeddedErrors.E_EMBEDDED_PORTS({ name, port: first });
}

/** True when 127.0.0.1:port can be bound now. Another process may still take it afterwards. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}
