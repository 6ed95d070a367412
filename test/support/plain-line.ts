import type { Reporter, TestModule } from "vitest/node";

/** What the closing line says: how many tests ended in which way. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts the outcome of a run. A file that did not load, a hook that threw outside a test, an
 * unhandled rejection and a test that never got its turn all count as failed: the line must not
 * look green when something did not run.
 */
export function tally(modules: readonly TestModule[], unhandled: number): Tally {
  const sum: Tally = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      sum[state === "pending" ? "failed" : state] += 1;
    }
    sum.failed += module.errors().length;
    for (const suite of module.children.allSuites()) sum.failed += suite.errors().length;
  }
  return sum;
}

/**
 * Vitest reporter whose only output is the last line of the process, `N passed, N failed,
 * N skipped`: plain text that continuous integration reads without knowing vitest. It is written
 * at exit because other reporters and the coverage table print after `onTestRunEnd`.
 */
export default class PlainLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const { passed, failed, skipped } = tally(modules, unhandled.length);
    process.once("exit", () => {
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }
}
