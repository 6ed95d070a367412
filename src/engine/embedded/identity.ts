import { spawnSync } from "node:child_process";
import { chownSync, lchownSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { embeddedErrors } from "./errors.ts";

/**
 * How a program that refuses uid 0 is run.
 *
 * self       as we are; we are not root
 * namespace  in a user namespace that shows our own user as an unprivileged one; the kernel still
 *            sees our user, so files stay ours and folders of mode 0700 stay open
 * nobody     as the unprivileged user; its data are handed to that user
 * granted    the same, with the one capability to pass folders of mode 0700 on the way to its data
 */
export type IdentityKind = "self" | "namespace" | "nobody" | "granted";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

export interface Identity {
  readonly kind: IdentityKind;
  /** The owner that the server's files need, as the kernel outside any namespace sees it. */
  readonly owner: { readonly uid: number; readonly gid: number };
  wrap(file: string, args: readonly string[]): Command;
}

/** Enough for `unshare` and `setpriv`, which ship with util-linux. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const ORDER: readonly IdentityKind[] = ["self", "namespace", "nobody", "granted"];

/**
 * Finds the first identity that can run `program`, by running it. Which one works depends on
 * kernel settings, the container's profile and the modes of every folder above, so it is tried
 * rather than derived. `only` restricts the choice. Throws E_EMBEDDED_IDENTITY.
 */
export function chooseIdentity(program: string, only: readonly IdentityKind[] = ORDER): Identity {
  const tried: string[] = [];
  for (const kind of ORDER.filter((one) => only.includes(one))) {
    const reason = whyUnfit(kind);
    if (reason !== undefined) {
      tried.push(`${kind} (${reason})`);
      continue;
    }
    const identity = identityOf(kind);
    const { file, args, ...user } = identity.wrap(program, ["--version"]);
    const run = spawnSync(file, args, { ...user, env: { PATH: SYSTEM_PATH }, cwd: "/" });
    if (run.status === 0) return identity;
    const said = run.error?.message ?? run.stderr.toString().trim();
    tried.push(`${kind} (${said.split("\n")[0] ?? "no message"})`);
  }
  throw embeddedErrors.E_EMBEDDED_IDENTITY({ tried: tried.join("; ") });
}

function whyUnfit(kind: IdentityKind): string | undefined {
  const root = process.getuid?.() === 0;
  if (kind === "self" && root) return "this is root";
  // initdb asks for the name of its user and fails when there is none, usual in containers.
  if (kind === "self" && !hasName()) return "this user has no name";
  if ((kind === "nobody" || kind === "granted") && !root)
    return "only root can become another user";
  return undefined;
}

function hasName(): boolean {
  try {
    return os.userInfo().username !== "";
  } catch {
    return false;
  }
}

function identityOf(kind: IdentityKind): Identity {
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const nobody = unprivilegedUser();
  const { uid, gid } = nobody;
  switch (kind) {
    case "self":
      return { kind, owner: self, wrap: (file, args) => ({ file, args }) };
    case "namespace": {
      const shown = ["--user", `--map-user=${uid}`, `--map-group=${gid}`];
      const wrap = (file: string, args: readonly string[]) => ({
        file: "unshare",
        args: [...shown, file, ...args],
      });
      return { kind, owner: self, wrap };
    }
    case "nobody":
      return { kind, owner: nobody, wrap: (file, args) => ({ file, args, uid, gid }) };
    case "granted": {
      // access(2), which PostgreSQL asks about its program, ignores capabilities without this bit.
      const bit = "--securebits=+no_setuid_fixup";
      const grant = [bit, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
      const user = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
      const wrap = (file: string, args: readonly string[]) => ({
        file: "setpriv",
        args: [...user, ...grant, file, ...args],
      });
      return { kind, owner: nobody, wrap };
    }
  }
}

/** `nobody` by name, for initdb fails under a uid without a passwd entry. 65534 when unreadable. */
function unprivilegedUser(): { uid: number; gid: number } {
  try {
    const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
    if (entry !== null) return { uid: Number(entry[1]), gid: Number(entry[2]) };
  } catch {
    // No passwd file: the probe of the identity will say so.
  }
  return { uid: 65534, gid: 65534 };
}

/**
 * Hands a tree to its owner when root runs it under another identity than last time. The top is
 * changed last, so that an interrupted change is seen and done again.
 */
export function ensureOwner(folder: string, owner: Identity["owner"]): void {
  if (process.getuid?.() !== 0 || lstatSync(folder).uid === owner.uid) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lchownSync(path.join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
  chownSync(folder, owner.uid, owner.gid);
}
