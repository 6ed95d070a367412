/** What the environment says; the only place that reads it. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Environment {
  /** Where everything that lasts is kept: `TIEOUT_DATA`, default `./.tieout`. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly restateIngressUrl: string | undefined;
  readonly restateAdminUrl: string | undefined;
  /** `tieout.config.ts` of the working folder, or what `TIEOUT_CONFIG` names. */
  readonly configFile: string | undefined;
  readonly logLevel: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export function readEnvironment(): Environment {
  const variables = process.env;
  const named = variables["TIEOUT_CONFIG"];
  const usual = path.resolve("tieout.config.ts");
  return {
    dataDir: path.resolve(variables["TIEOUT_DATA"] ?? ".tieout"),
    databaseUrl: variables["DATABASE_URL"],
    restateIngressUrl: variables["RESTATE_INGRESS_URL"],
    restateAdminUrl: variables["RESTATE_ADMIN_URL"],
    configFile: configFileOf(named, usual),
    logLevel: variables["TIEOUT_LOG_LEVEL"] ?? "info",
    variables,
  };
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
