import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import path from "node:path";

/**
 * Makes a server's part of the data folder and returns the data folder's real path, which process
 * lists are compared with. New folders can be passed through but not listed by others: PostgreSQL
 * may have to run as another user; what is secret has a mode of its own.
 */
export function openDataFolder(dir: string, part: string): string {
  for (const folder of [dir, path.join(dir, part)]) {
    if (existsSync(folder)) continue;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
  }
  return realpathSync(dir);
}
