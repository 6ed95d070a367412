import { defineConfig } from "vitest/config";

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
    testTimeout: 120_000,
    hookTimeout: 420_000,
    teardownTimeout: 60_000,
  },
});
