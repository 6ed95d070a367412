import { describe, expect, test } from "vitest";
import type { TieoutConfig } from "./config.ts";
import { openConnections } from "./config.ts";
import { demoConfig } from "./demo-config.ts";

const LEDGER = "postgres://nobody@localhost:1/no-ledger";

/** The demo's, with NetSuite and the warehouse in these budgets. */
function withBudgets(netsuite: string, warehouse: string): TieoutConfig {
  const origin = "http://127.0.0.1:1";
  const config = demoConfig({ stripe: origin, netsuite: origin, british: undefined }, LEDGER);
  const budgets: Readonly<Record<string, string>> = { netsuite, warehouse };
  const targets = config.targets.map((one) => ({ ...one, budget: budgets[one.system] ?? "" }));
  return { ...config, targets };
}

async function open(config: TieoutConfig): Promise<string[]> {
  const { sources, targets } = openConnections(config, () => {});
  for (const { target } of targets) await target.close?.();
  for (const source of sources) await source.close?.();
  return targets.map(({ target, budget }) => `${target.kind} ${budget}`);
}

describe("targets and their budgets", () => {
  test("given a bulk target with a budget of its own, then everything opens", async () => {
    expect(await open(withBudgets("books", "events"))).toEqual(["call books", "bulk events"]);
  });

  test("given a bulk target that shares a budget, then both and the budget are named", async () => {
    const refused = open(withBudgets("one", "one"));
    await expect(refused).rejects.toThrow(/"netsuite-us" and "warehouse".* "one"/);
    await expect(refused).rejects.toMatchObject({ code: "E_APP_BUDGET_SHARED" });
  });

  test("given two bulk targets in one budget, then they are refused as well", async () => {
    const config = withBudgets("books", "events");
    const second = config.targets.flatMap((one) =>
      one.system === "warehouse"
        ? [{ ...one, settings: { ...one.settings, connection: "second" } }]
        : [],
    );
    const refused = open({ ...config, targets: [...config.targets, ...second] });
    await expect(refused).rejects.toMatchObject({ code: "E_APP_BUDGET_SHARED" });
  });

  test("given two targets that take one call an item, then they may share a budget", async () => {
    const config = withBudgets("books", "events");
    const second = config.targets.flatMap((one) =>
      one.system === "netsuite"
        ? [{ ...one, settings: { ...one.settings, connection: "second" } }]
        : [],
    );
    const shared = { ...config, targets: [...config.targets, ...second] };
    expect(await open(shared)).toEqual(["call books", "bulk events", "call books"]);
  });
});
