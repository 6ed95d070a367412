import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { locatePostgres } from "./packages.ts";

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** 18 in 18.4.0-beta.17. */
  readonly major: number;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Puts the packaged PostgreSQL into the data folder and returns its programs. Hard links where the
 * file system allows them, copies elsewhere. The tree is our own because the package's symlinks
 * come from an install script that `--ignore-scripts` skips, because node_modules may lie under a
 * folder that the server's user cannot enter, and because an executable inside the data folder
 * tells whose server a process is.
 */
export function materialisePostgres(dataDir: string): PostgresBinaries {
  const { folder, version } = locatePostgres();
  const home = path.join(dataDir, "postgres", `server-${version}`);
  if (!existsSync(home)) {
    removeOthers(path.dirname(home));
    const unfinished = `${home}.unfinished`;
    const native = path.join(folder, "native");
    mirror(native, unfinished);
    makeSymlinks(native, unfinished);
    renameSync(unfinished, home);
  }
  const program = (name: string) => path.join(home, "bin", name);
  return { postgres: program("postgres"), initdb: program("initdb"), major: majorOf(version) };
}

/** Earlier versions, and what an interrupted start left unfinished. */
function removeOthers(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith("server-"))) {
    rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/** Static libraries are for building against and a third of the package. */
function isNeeded(name: string): boolean {
  return !name.endsWith(".a") && name !== "pkgconfig" && name !== "pg-symlinks.json";
}

function mirror(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o755 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!isNeeded(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) mirror(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

/** Another file system (EXDEV) or files owned by another user (EPERM) refuse hard links. */
function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}

/** Both ends of `native/pg-symlinks.json` start with `native/` and lie in one folder. */
function makeSymlinks(native: string, to: string): void {
  const list = path.join(native, "pg-symlinks.json");
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const at = path.join(to, path.relative("native", target));
    if (!existsSync(at)) {
      rmSync(at, { force: true });
      symlinkSync(path.basename(source), at);
    }
  }
}
