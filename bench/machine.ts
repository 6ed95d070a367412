/**
 * The machine a run was measured on, for the results page.
 *
 * fsync   how long the disk under the data takes to make one 8 KB write durable; it bounds every
 *         system here that commits, so figures of two machines cannot be compared without it
 * load    the machine's load average when the run began; a figure above a few tenths means that
 *         others were using the cores
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { request } from "undici";

export interface MachineOptions {
  /** The folder whose disk is measured: the one that holds the databases. */
  readonly folder: string;
  readonly databaseUrl?: string;
  readonly restateAdminUrl?: string;
}

export interface FsyncLatency {
  readonly writes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly kernel: string;
  readonly load: number;
  readonly node: string;
  readonly fsync: FsyncLatency;
  readonly postgres?: string;
  /** Settings that decide what a commit costs, as the server reports them. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  readonly restate?: string;
}

const FSYNC_WRITES = 500;
const SETTINGS = [
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_sync_method",
  "wal_compression",
  "shared_buffers",
  "max_wal_size",
  "max_connections",
];

/** Describes this machine and, where addresses are given, the servers that run on it. */
export async function describeMachine(options: MachineOptions): Promise<Machine> {
  const load = os.loadavg()[0] ?? 0;
  const { databaseUrl, restateAdminUrl } = options;
  return {
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model.trim() || os.arch(),
    memoryGiB: rounded(os.totalmem() / 2 ** 30, 1),
    system: distribution() ?? `${os.type()} ${os.version()}`,
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    load: rounded(load, 2),
    node: process.version,
    fsync: fsyncLatency(options.folder),
    ...(databaseUrl === undefined ? {} : await describePostgres(databaseUrl)),
    ...(restateAdminUrl === undefined ? {} : { restate: await restateVersion(restateAdminUrl) }),
  };
}

/** The description as a Markdown table of two columns. */
export function machineTable(machine: Machine): string {
  const { fsync } = machine;
  const settings = Object.entries(machine.postgresSettings ?? {});
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["processor", `${machine.processor}, ${machine.cores} cores`],
    ["memory", `${machine.memoryGiB} GiB`],
    ["system", `${machine.system}, ${machine.kernel}`],
    ["load before the run", String(machine.load)],
    ["fsync of 8 KB", `p50 ${fsync.p50Ms} ms, p99 ${fsync.p99Ms} ms (${fsync.writes} writes)`],
    ["Node", machine.node],
    ["PostgreSQL", machine.postgres],
    ["its settings", settings.map(([name, value]) => `${name} ${value}`).join(", ") || undefined],
    ["Restate", machine.restate],
  ];
  const known = rows.filter(([, value]) => value !== undefined);
  const lines = known.map(
    ([name, value]) => `| ${name} | ${String(value).replace(/\|/g, "\\|")} |`,
  );
  return ["| machine | |", "|---|---|", ...lines, ""].join("\n");
}

/** Writes 8 KB and makes it durable, again and again, as a WAL does, in a file of 1 MB. */
function fsyncLatency(folder: string): FsyncLatency {
  const file = path.join(folder, `.fsync-${process.pid}`);
  const block = Buffer.alloc(8192, 1);
  const took: number[] = [];
  const handle = openSync(file, "w", 0o600);
  try {
    // Allocated first: growing a file costs a journal entry that a recycled WAL segment does not.
    for (let index = 0; index < 128; index += 1) writeSync(handle, block, 0, 8192, index * 8192);
    fdatasyncSync(handle);
    for (let index = 0; index < FSYNC_WRITES; index += 1) {
      const started = performance.now();
      writeSync(handle, block, 0, 8192, (index % 128) * 8192);
      fdatasyncSync(handle);
      took.push(performance.now() - started);
    }
  } finally {
    closeSync(handle);
    rmSync(file, { force: true });
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => rounded(took[Math.floor(took.length * share)] ?? 0, 3);
  return { writes: FSYNC_WRITES, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function describePostgres(
  databaseUrl: string,
): Promise<Required<Pick<Machine, "postgres" | "postgresSettings">>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; value: string }>(
      `select name, current_setting(name) as value from pg_settings
       where name = any($1) or name = 'server_version' order by name`,
      [SETTINGS],
    );
    const all = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    const { server_version: postgres = "unknown", ...postgresSettings } = all;
    return { postgres, postgresSettings };
  } finally {
    await client.end();
  }
}

async function restateVersion(adminUrl: string): Promise<string> {
  const answer = await request(`${adminUrl}/version`);
  const body = (await answer.body.json()) as { readonly version?: string };
  return body.version ?? "unknown";
}

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
