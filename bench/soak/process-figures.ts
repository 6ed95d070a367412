/** What processes hold: memory of their own and open files, of each root and all below it. */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessFigures {
  /** Memory that is nobody else's (RssAnon): without files and shared buffers, which fill once. */
  readonly ownMiB: number;
  readonly openFiles: number;
  readonly processes: number;
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly ownKiB: number;
}

function readEntry(pid: number): Entry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
    return { pid, parent: field("PPid"), ownKiB: field("RssAnon") };
  } catch {
    return undefined;
  }
}

function openFilesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Undefined where there is no /proc. */
export function readProcesses(
  roots: Readonly<Record<string, number>>,
): Readonly<Record<string, ProcessFigures>> | undefined {
  if (process.platform !== "linux") return undefined;
  const all = readdirSync("/proc").flatMap((name) => {
    const entry = /^\d+$/.test(name) ? readEntry(Number(name)) : undefined;
    return entry === undefined ? [] : [entry];
  });
  const below = (pid: number): Entry[] => [
    ...all.filter((one) => one.pid === pid),
    ...all.filter((one) => one.parent === pid).flatMap((one) => below(one.pid)),
  ];
  return Object.fromEntries(
    Object.entries(roots).map(([name, pid]) => {
      const tree = below(pid);
      const figures: ProcessFigures = {
        ownMiB: tree.reduce((sum, one) => sum + one.ownKiB, 0) / 1024,
        openFiles: tree.reduce((sum, one) => sum + openFilesOf(one.pid), 0),
        processes: tree.length,
      };
      return [name, figures];
    }),
  );
}
