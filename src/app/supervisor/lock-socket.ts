/**
 * What the kernel ends with a process, and what is seen from every PID namespace of that kernel: a
 * listening socket in the data folder. Two containers on one volume know nothing of each other's
 * pids, and each takes the other's lock for that of a dead process.
 */
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";

/** The shortest bound of any system on the path of a socket is 104 with its last zero. */
const LONGEST_PATH = 100;

/** A door to a folder by which the socket's path is short enough; undefined where there is none. */
interface Door {
  readonly folder: string;
  close(): void;
}

function openDoor(folder: string, name: string): Door | undefined {
  if (Buffer.byteLength(path.join(folder, name)) <= LONGEST_PATH) {
    return { folder, close: () => undefined };
  }
  // A long path goes by an open folder. Elsewhere than on Linux the pid alone must do.
  if (process.platform !== "linux") return undefined;
  const open = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return { folder: `/proc/self/fd/${open}`, close: () => closeSync(open) };
}

export interface Socket {
  close(): void;
}

/**
 * Listens until it is closed. Undefined where no socket can be: on file systems that keep none, and
 * at paths too long where there is no /proc. There the pid alone tells who lives.
 */
export async function holdSocket(folder: string, name: string): Promise<Socket | undefined> {
  const door = openDoor(folder, name);
  if (door === undefined) return undefined;
  const file = path.join(folder, name);
  rmSync(file, { force: true });
  // Nothing is said: to be connected is the answer.
  const server = createServer((socket) => socket.destroy());
  const held = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(path.join(door.folder, name), () => resolve(true));
  });
  if (!held) {
    door.close();
    return undefined;
  }
  server.on("error", () => undefined);
  server.unref();
  return {
    close() {
      // It removes its file by the path it was given, so the door is shut after it.
      server.close();
      door.close();
      rmSync(file, { force: true });
    },
  };
}

const STALE = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK"]);

/** Whether somebody listens. What cannot be found out is a yes: two servers corrupt a ledger. */
export async function isHeld(folder: string, name: string): Promise<boolean> {
  const door = openDoor(folder, name);
  if (door === undefined) return false;
  try {
    return await new Promise<boolean>((resolve) => {
      const asking = connect(path.join(door.folder, name));
      asking.once("connect", () => {
        asking.destroy();
        resolve(true);
      });
      asking.once("error", ({ code }: NodeJS.ErrnoException) => resolve(!STALE.has(code ?? "")));
    });
  } finally {
    door.close();
  }
}
