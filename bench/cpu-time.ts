/**
 * CPU time of the processes of a run, so that a figure says where it went and a busy machine can be
 * told from a slow program. Linux only: elsewhere nothing is reported.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Figure } from "./result.ts";
import { figure } from "./result.ts";

/** Ticks a second of /proc; 100 on every Linux that Node runs on. */
const TICKS = 100;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Its own and those of its children that have ended. */
  readonly seconds: number;
}

function readTimes(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; the fields after it are numbers.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
    return { pid, parent: Number(fields[1]), seconds: ticks / TICKS };
  } catch {
    return undefined;
  }
}

/** Seconds that a process and all its descendants have used. */
function treeSeconds(root: number): number {
  const all = readdirSync("/proc").flatMap((name) => {
    const times = /^\d+$/.test(name) ? readTimes(Number(name)) : undefined;
    return times === undefined ? [] : [times];
  });
  const sum = (pid: number): number =>
    all
      .filter((one) => one.parent === pid)
      .reduce(
        (total, one) => total + sum(one.pid),
        all.find((one) => one.pid === pid)?.seconds ?? 0,
      );
  return sum(root);
}

export interface CpuMeter {
  /** CPU milliseconds an item since the meter was started, one figure a process. */
  perItem(items: number): Figure[];
}

/** `processes`: name and process id of each root. */
export function startCpuMeter(processes: Readonly<Record<string, number>>): CpuMeter {
  if (process.platform !== "linux") return { perItem: () => [] };
  const before = new Map(Object.entries(processes).map(([name, pid]) => [name, treeSeconds(pid)]));
  return {
    perItem: (items) =>
      Object.entries(processes).map(([name, pid]) => {
        const used = treeSeconds(pid) - (before.get(name) ?? 0);
        return figure(`CPU of ${name}`, (used * 1000) / items, "ms each");
      }),
  };
}
