/** The peers, each run by its own program on the same servers. */
import { spawnSync } from "node:child_process";
import { peerFile } from "./files.ts";
import type { Said } from "./programs.ts";
import { runProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";
import { startTarget } from "./stage.ts";

/** Installs the peers by their own lockfile unless they are there. Throws when that fails. */
export function installPeers(): void {
  const run = spawnSync(process.execPath, [peerFile("install")], { stdio: ["ignore", 2, 2] });
  if (run.status !== 0)
    throw new Error("the peers are not installed; --no-peers runs without them");
}

export async function runPeer(stage: Stage, name: string, input: object): Promise<Said> {
  stage.tell(`peer ${name} ${JSON.stringify(withoutAddresses(input))}`);
  return runProgram(peerFile(name), input);
}

/** The same with a target of its own, as our runs have. */
export async function runPeerOnTarget(stage: Stage, name: string, input: object): Promise<Said> {
  const target = await startTarget();
  try {
    return await runPeer(stage, name, { ...input, targetUrl: target.url });
  } finally {
    await target.stop();
  }
}

export function peerRate(peer: Said, name = "perSecond"): number {
  const value = peer[name];
  if (typeof value !== "number") throw new Error(`${String(peer["peer"])} says no ${name}`);
  return value;
}

function withoutAddresses(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !name.endsWith("Url")));
}
