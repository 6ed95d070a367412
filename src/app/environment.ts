/** What the environment says; the only place that reads it. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { WalArchive } from "../engine/embedded/wal-archive.ts";
import { SEGMENT_BYTES, usualArchive } from "../engine/embedded/wal-archive.ts";

export interface Environment {
  /** Where everything that lasts is kept: `TIEOUT_DATA`, default `./.tieout`. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly restateIngressUrl: string | undefined;
  readonly restateAdminUrl: string | undefined;
  /** `tieout.config.ts` of the working folder, or what `TIEOUT_CONFIG` names. */
  readonly configFile: string | undefined;
  /** The archive of the embedded ledger's log: `TIEOUT_WAL_ARCHIVE`, default in the data folder. */
  readonly walArchive: WalArchive;
  readonly logLevel: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function readEnvironment(): Environment {
  const variables = process.env;
  const named = variables["TIEOUT_CONFIG"];
  const usual = path.resolve("tieout.config.ts");
  const dataDir = path.resolve(variables["TIEOUT_DATA"] ?? ".tieout");
  return {
    dataDir,
    walArchive: archiveOf(dataDir, variables),
    databaseUrl: variables["DATABASE_URL"],
    restateIngressUrl: variables["RESTATE_INGRESS_URL"],
    restateAdminUrl: variables["RESTATE_ADMIN_URL"],
    configFile: configFileOf(named, usual),
    logLevel: variables["TIEOUT_LOG_LEVEL"] ?? "info",
    variables,
  };
}

function archiveOf(dataDir: string, variables: NodeJS.ProcessEnv): WalArchive {
  const usual = usualArchive(dataDir);
  const folder = variables["TIEOUT_WAL_ARCHIVE"];
  const gibibytes = variables["TIEOUT_WAL_ARCHIVE_GIB"] ?? "";
  const bound = /^[1-9]\d{0,4}$/.test(gibibytes)
    ? Math.floor((Number(gibibytes) * 1024 ** 3) / SEGMENT_BYTES)
    : usual.bound;
  return { folder: folder === undefined ? usual.folder : path.resolve(folder), bound };
}

/** `TIEOUT_CONFIG` wins; set to nothing it means the demo company, whatever lies in the folder. */
function configFileOf(named: string | undefined, usual: string): string | undefined {
  if (named === undefined) return existsSync(usual) ? usual : undefined;
  return named === "" ? undefined : path.resolve(named);
}

/** The package's own folder, from the sources or from dist. */
export const packageDir = findPackageDir();

function findPackageDir(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, "package.json"))) folder = path.dirname(folder);
  return folder;
}

export const migrationsDir = path.join(packageDir, "migrations");

export const version: string = (
  JSON.parse(readFileSync(path.join(packageDir, "package.json"), "utf8")) as { version: string }
).version;
