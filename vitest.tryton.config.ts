import { defineConfig } from "vitest/config";

/**
 * Tests against a real Tryton server, once on each database it supports. `npm run test:tryton`
 * runs them; `npm test` does not, for they need Debian's packages.
 */
const onDatabase = (kind: "sqlite" | "postgres", order: number) => ({
  extends: true as const,
  test: {
    name: `tryton-${kind}`,
    // Some tests run a whole hub before the server, which needs a ledger.
    globalSetup: [`./test/support/tryton-${kind}.ts`, "./test/support/postgres.ts"],
    include: ["{src,test}/**/*.tryton.test.ts"],
    sequence: { groupOrder: order },
  },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/plain-line.ts"],
    pool: "forks",
    // Each file has a server of its own, and the server is what takes the time.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
    projects: [onDatabase("sqlite", 0), onDatabase("postgres", 1)],
  },
});
