import { readdirSync } from "node:fs";
import { migrationsDir } from "../../src/app/environment.ts";

/** The name of the last migration that there is. */
export function newestMigration(): string {
  const names = readdirSync(migrationsDir).filter((name) => /^\d{4}-/.test(name));
  return names.sort().at(-1) ?? "none";
}
