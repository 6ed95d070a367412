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

/**
 * Makes sure that Tryton is there, by apt when it is not. Throws E_TRYTON_ABSENT, which names the
 * command for a person, where we may not install, and E_TRYTON_INSTALL when apt fails.
 */
export async function installTryton(options: { readonly log: TrytonLog }): Promise<FoundTryton> {
  const before = findTryton();
  if (before?.complete === true) return before;
  const command = installCommand(TRYTON_PACKAGES);
  const reason = whyNotInstallable();
  if (reason !== undefined) throw trytonErrors.E_TRYTON_ABSENT({ reason, command });
  options.log.info({ command }, "installing Tryton from Debian's packages");
  await installPackages(TRYTON_PACKAGES);
  const after = findTryton();
  if (after?.complete === true) return after;
  const lacking = after?.missingModules.join(", ") ?? "the server";
  throw trytonErrors.E_TRYTON_ABSENT({ reason: `still missing: ${lacking}.`, command });
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
