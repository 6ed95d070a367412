/** Where things lie: the repository, the results of runs, and the programs of this folder. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The repository's root, from the sources or from dist-tools. */
export const rootDir = findRoot();
export const outDir = path.join(rootDir, "bench", "out");
export const peersDir = path.join(rootDir, "bench", "peers");

function findRoot(): string {
  let folder = here;
  while (!existsSync(path.join(folder, "bench", "peers", "install.mjs"))) {
    const above = path.dirname(folder);
    if (above === folder) throw new Error("bench/peers/install.mjs is in no folder above this one");
    folder = above;
  }
  return folder;
}

/** A compiled program of this folder: `programFile("hub-process")`. */
export function programFile(name: string): string {
  return path.join(here, `${name}.js`);
}

export function peerFile(name: string): string {
  return path.join(peersDir, `${name}.mjs`);
}
