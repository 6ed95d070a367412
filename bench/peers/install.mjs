/**
 * Installs the peers by their own lockfile, once: `node bench/peers/install.mjs`. The product's
 * own dependencies and lockfile are not touched. No install script of a peer is run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const lock = readFileSync(new URL("package-lock.json", import.meta.url), "utf8");
// Only a finished install leaves its lock beside the packages; a changed lock asks for a new one.
const mark = new URL("node_modules/.installed-lock.json", import.meta.url);

if (existsSync(mark) && readFileSync(mark, "utf8") === lock) {
  process.stderr.write("bench/peers: installed already\n");
} else {
  process.stderr.write("bench/peers: npm ci (about 50 MB, once)\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const shell = process.platform === "win32";
  const args = ["ci", "--ignore-scripts", "--engine-strict", "--no-audit", "--no-fund"];
  const run = spawnSync(npm, args, { cwd: folder, stdio: ["ignore", 2, 2], shell });
  if (run.status !== 0) {
    const why = run.error?.message ?? `npm ci ended with ${run.status}`;
    process.stderr.write(
      `bench/peers: ${why}. The peers need the npm registry once; the benchmarks of the product ` +
        "itself run without them (--no-peers).\n",
    );
    process.exit(1);
  }
  writeFileSync(mark, lock);
}
