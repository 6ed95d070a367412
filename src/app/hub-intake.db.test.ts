import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { plainSource } from "../../test/support/ledger-facts.ts";
import { plainKeyring } from "../../test/support/system-cipher.ts";
import type { SourceConnection, SweepPage } from "../connectors/kit/source.ts";
import { stripeErrors } from "../connectors/stripe/errors.ts";
import { makeReleaser } from "../intake/release-after-commit.ts";
import { makeSpaceWatch } from "../intake/space-watch.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase } from "../store/database.ts";
import type { HubIntake } from "./hub-intake.ts";
import { makeHubIntake } from "./hub-intake.ts";
import { systemClock } from "./system.ts";

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 4, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

function listed(connection: string, page: () => Promise<SweepPage>): SourceConnection {
  return { ...plainSource, connection, sweep: { streams: ["events"], overlapMs: 0, page } };
}

function intakeOf(sources: readonly SourceConnection[]): HubIntake {
  const quiet = () => undefined;
  const settings = {
    ...{ sources, flows: [], targets: [], crash: quiet, onIntake: quiet },
    log: { info: quiet, warn: quiet, error: quiet },
  };
  const releaser = makeReleaser({ pool, onReady: quiet, onError: quiet, most: 10 });
  const limits = { refuseBelow: 1, pauseBelow: 1 };
  const watch = makeSpaceWatch({ clock: systemClock, limits, readers: [], onChange: quiet });
  return makeHubIntake(settings, pool, plainKeyring, releaser, watch);
}

describe("the sweep of all sources", () => {
  test("given one that cannot be swept, then the others are, and the failure names it", async () => {
    const gap = { from: "2026-01-01T00:00:00Z", horizon: "2026-02-01T00:00:00Z" };
    const fact = { id: "e1", customer: "c1", at: 1 };
    const intake = intakeOf([
      listed("a", () => Promise.reject(stripeErrors.E_STRIPE_SWEEP_GAP(gap))),
      listed("b", async () => ({ facts: [fact], cursor: "1", more: false })),
    ]);
    await expect(intake.sweepAll()).rejects.toMatchObject({
      code: "E_APP_SWEEP",
      message: expect.stringContaining("a/events (E_STRIPE_SWEEP_GAP: "),
    });
    const { rows } = await pool.query("select connection, fact_id from inbound");
    expect(rows).toEqual([{ connection: "b", fact_id: "e1" }]);
    const cursors = await pool.query("select connection, cursor from stream_cursor");
    expect(cursors.rows).toEqual([{ connection: "b", cursor: "1" }]);
  });
});
