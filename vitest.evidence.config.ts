import { defineConfig } from "vitest/config";

/** `npm run test:evidence`: backups, restores, erasure and upgrades, killed on the way; long. */
export default defineConfig({
  test: {
    name: "evidence",
    reporters: ["default", "./test/support/plain-line.ts"],
    globalSetup: ["./test/support/postgres.ts"],
    include: ["test/evidence/**/*.evidence.test.ts"],
    pool: "forks",
    // Each starts whole stacks of its own and kills them: beside each other they would starve.
    maxWorkers: 1,
    fileParallelism: false,
    passWithNoTests: true,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    teardownTimeout: 60_000,
  },
});
