/** Results as Markdown: what a person reads, and what RESULTS.md is filled with. */
import { machineTable } from "./machine.ts";
import type { Said } from "./programs.ts";
import type { BenchResult, Measurement } from "./result.ts";

/** One section a result, machine included. */
export function renderResult(result: BenchResult): string {
  const { id, title, startedAt, command, version, commit, seconds } = result;
  const head = [
    `## ${id}: ${title}`,
    "",
    `${startedAt}, version ${version} (${commit}), ${Math.round(seconds)} s in all: \`${command}\``,
  ];
  const parts = [
    head.join("\n"),
    measurementTable(result.measurements),
    result.peers.length === 0 ? "" : peerTable(result.peers),
    result.ratios.length === 0 ? "" : ratioTable(result),
    `Processes on these cores: ${result.processes.join(", ")}.`,
    result.notes.map((note) => `- ${note}`).join("\n"),
    machineTable(result.machine).trimEnd(),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function measurementTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map((one) => {
    const setting = Object.entries(one.setting).map(([name, value]) => `${name} ${value}`);
    const figures = one.figures.map(({ name, value, unit }) => `${name} ${value} ${unit}`);
    return [one.what, setting.join(", "), figures.join("<br>"), verifiedText(one)];
  });
  return table(["ours", "setting", "figures", "verified"], rows);
}

function verifiedText(one: Measurement): string {
  return Object.entries(one.verified)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function peerTable(peers: readonly Said[]): string {
  const rows = peers.map((peer) => {
    const text = (name: string): string => {
      const value = peer[name];
      return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
    };
    const name = [text("peer"), text("version"), text("variant")].filter((one) => one !== "");
    const rates = [`${text("perSecond")} /s`];
    if (peer["wholePerSecond"] !== undefined) rates.push(`whole ${text("wholePerSecond")} /s`);
    const told = peer["p50Ms"] !== undefined;
    const latency = told ? `p50 ${text("p50Ms")} ms, p99 ${text("p99Ms")} ms` : "";
    return [name.join(" "), text("count"), rates.join(", "), latency, text("setting")];
  });
  return table(["peer", "events", "rate", "latency", "best setting"], rows);
}

function ratioTable(result: BenchResult): string {
  const rows = result.ratios.map(({ what, value }) => [what, `${value}×`]);
  return table(["ratio", ""], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
