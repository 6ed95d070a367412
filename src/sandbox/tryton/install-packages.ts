import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { trytonErrors } from "./errors.ts";
import type { FoundTryton } from "./find-tryton.ts";
import { findTryton, SYSTEM_PATH, TRYTON_PACKAGES } from "./find-tryton.ts";
import type { TrytonLog } from "./types.ts";

/** The command that installs Debian packages, as a person would type it. */
export function installCommand(packages: readonly string[]): string {
  const install = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  return `apt-get update && ${install}`;
}

/** Why `apt-get` cannot be run by us; undefined when it can. */
export function whyNotInstallable(): string | undefined {
  if (process.platform !== "linux" || !isDebian()) return "this is no Debian system.";
  if (process.getuid?.() !== 0) return "it is not installed, and installing it takes root.";
  return undefined;
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

export interface WantedPackages {
  readonly packages: readonly string[];
  /** Looks for what the packages bring. */
  readonly isThere: () => boolean;
  readonly log: TrytonLog;
}

/**
 * Makes sure that a program is there, by apt when it is not. Throws E_TRYTON_ABSENT, which names
 * the command for a person, where we may not install, and E_TRYTON_INSTALL when apt fails.
 */
export async function ensurePackages({ packages, isThere, log }: WantedPackages): Promise<void> {
  if (isThere()) return;
  const command = installCommand(packages);
  const reason = whyNotInstallable();
  if (reason !== undefined) throw trytonErrors.E_TRYTON_ABSENT({ reason, command });
  log.info({ command }, `installing ${packages[0] ?? "nothing"} from Debian's packages`);
  await installPackages(packages);
  if (isThere()) return;
  throw trytonErrors.E_TRYTON_ABSENT({ reason: "apt ran, and it is still missing.", command });
}

/** Makes sure that Tryton and all its modules are there; see ensurePackages. */
export async function installTryton(options: { readonly log: TrytonLog }): Promise<FoundTryton> {
  const isThere = () => findTryton()?.complete === true;
  await ensurePackages({ packages: TRYTON_PACKAGES, isThere, log: options.log });
  return findTryton() as FoundTryton;
}

/** Runs apt as it stands; throws E_TRYTON_INSTALL with the end of what it said. */
async function installPackages(packages: readonly string[]): Promise<void> {
  const command = installCommand(packages);
  const child = spawn("/bin/sh", ["-c", command], {
    env: { PATH: SYSTEM_PATH, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
  }
  const status = await new Promise<number | string>((resolve) => {
    child.once("error", (cause) => resolve(cause.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? "no status"));
  });
  if (status === 0) return;
  const end = said.trim().split("\n").slice(-3).join(" ");
  throw trytonErrors.E_TRYTON_INSTALL({ command, status, said: end });
}
