import { defineConfig } from "vitest/config";

/** `npm run corpus`: keeps a ledger of this version, to be opened by every version after it. */
export default defineConfig({
  test: {
    name: "corpus",
    reporters: ["default"],
    globalSetup: ["./test/support/postgres.ts"],
    include: ["test/upgrade/make-corpus.ts"],
    pool: "forks",
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
