// npm runs this after `npm ci`: it compiles src/ to dist/ so that the `tieout` command works at
// once. A production install (`npm ci --omit=dev`) has no compiler; there dist/ must already be
// in place, and saying so beats failing the install.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function compiler() {
  try {
    return createRequire(import.meta.url).resolve("typescript/bin/tsc");
  } catch {
    return undefined;
  }
}

const tsc = compiler();
if (tsc === undefined) {
  const built = existsSync(new URL("../dist/app/main.js", import.meta.url));
  process.stdout.write(
    built
      ? "prepare: no compiler installed, using the dist/ that is there\n"
      : "prepare: no compiler installed and no dist/; run `npm ci` with dev dependencies first\n",
  );
} else {
  const build = spawnSync(process.execPath, [tsc, "-b", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = build.status ?? 1;
}
