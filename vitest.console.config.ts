import { defineConfig } from "vitest/config";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** By name: pages are looked at before people work on what they show and repair the last. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** `npm run test:console`: a real browser before a real hub; too heavy for every `npm test`. */
export default defineConfig({
  test: {
    name: "console",
    reporters: ["default", "./test/support/plain-line.ts"],
    globalSetup: ["./test/console/demo-stage.ts"],
    include: ["test/console/*.browser.ts"],
    pool: "forks",
    // One company and one browser, walked through in order.
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { sequencer: ByName },
    testTimeout: 120_000,
    hookTimeout: 420_000,
    teardownTimeout: 60_000,
  },
});
