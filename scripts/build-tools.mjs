// Compiles the programs that are not the product (fault runs, benchmarks) together with the
// sources they import to dist-tools/, which mirrors the repository. The links let code there
// find the data folders by the same relative way as in the sources.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const linked = ["migrations", "fixtures", "package.json"];

// `-p` and not `-b`: a build looks at the files its configuration names and would take a change in
// the sources that these import for none.
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const build = spawnSync(process.execPath, [tsc, "-p", "tsconfig.tools.json"], {
  cwd: root,
  stdio: "inherit",
});
if (build.status !== 0) process.exit(build.status ?? 1);

for (const name of linked) {
  const link = join(root, "dist-tools", name);
  const there = lstatSync(link, { throwIfNoEntry: false }) !== undefined;
  if (existsSync(join(root, name)) && !there) symlinkSync(join("..", name), link);
}
