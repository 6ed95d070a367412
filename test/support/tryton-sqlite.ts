import type { TestProject } from "vitest/node";
import { prepareTryton } from "./tryton-template.ts";

/** Makes the SQLite template that every test file of the run copies. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { room, remove } = await prepareTryton({ kind: "sqlite" });
  project.provide("tryton", room);
  return remove;
}
