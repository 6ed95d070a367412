// npm runs this after `npm ci`: it compiles src/ to dist/ and the console to console/dist, so that
// the `tieout` command works at once. A production install (`npm ci --omit=dev`) has no compiler;
// there both must already be in place, and saying so beats failing the install.
//
// `npm run build` runs it with `program`: that alone, and without a compiler and without an earlier
// result it fails, so that nothing is started that is not there.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const programOnly = process.argv[2] === "program";
const root = fileURLToPath(new URL("..", import.meta.url));

/** The program of an installed package, or undefined. */
function programOf(name, file) {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return path.join(path.dirname(manifest), file);
  } catch {
    return undefined;
  }
}

function build(what, program, args, result) {
  if (program === undefined) {
    const built = existsSync(path.join(root, result));
    if (!built && programOnly) process.exitCode = 1;
    if (built && programOnly) return;
    process.stdout.write(
      built
        ? `prepare: nothing installed to build ${what}, using what is there\n`
        : `prepare: nothing installed to build ${what} and no ${result}; run \`npm ci\` with dev dependencies first\n`,
    );
    return;
  }
  const { status } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = status ?? 1;
}

const tsc = programOf("typescript", "bin/tsc");
build("the program", tsc, ["-b", "tsconfig.build.json"], "dist/app/main.js");
// The libraries of the pages are of the workspace, whose install may have been left out as well.
const pages = programOf("react", "package.json") && programOf("react-dom", "package.json");
const vite = pages === undefined ? undefined : programOf("vite", "bin/vite.js");
if (!programOnly)
  build("the console", vite, ["build", "console", "--logLevel", "warn"], "console/dist/index.html");
