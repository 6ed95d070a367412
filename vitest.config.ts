import { defineConfig } from "vitest/config";

/** Tests that need a server or the whole stack; everything else runs with nothing installed. */
const needsServers = ["**/*.db.test.ts", "test/e2e/**/*.test.ts"];
/** Tests against an outside system, and the long ones of the evidence, never run by accident. */
const needsOutside = ["**/*.live.test.ts", "**/*.tryton.test.ts", "**/*.evidence.test.ts"];
const notOurs = ["**/node_modules/**", "**/dist/**", "**/dist-tools/**", "bench/peers/**"];

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/plain-line.ts"],
    // Processes, not threads: tests kill children, change signals and load native code.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
    passWithNoTests: true,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts"],
      reporter: ["text-summary", "html", "lcov"],
      reportsDirectory: "coverage",
    },
    projects: [
      {
        extends: true,
        test: {
          name: "plain",
          include: ["{src,test,bench,console/src}/**/*.test.ts"],
          exclude: [...notOurs, ...needsServers, ...needsOutside],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "servers",
          globalSetup: ["./test/support/postgres.ts"],
          include: ["src/**/*.db.test.ts", "test/**/*.db.test.ts", "test/e2e/**/*.test.ts"],
          exclude: [...notOurs, ...needsOutside],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
