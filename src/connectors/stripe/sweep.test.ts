import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../kernel/random.ts";
import type { StripeApi } from "./api.ts";
import { stripeSettingsSchema } from "./settings.ts";
import { SWEEP_OVERLAP_MS, sweepEvents } from "./sweep.ts";

const NOW = 1_772_366_400;

const settings = stripeSettingsSchema.parse({
  connection: "stripe-eu",
  apiKey: "rk_test",
  webhookSecrets: [],
  livemode: false,
  legalEntity: { id: "de", timeZone: "UTC" },
});

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** Stripe's list: the newest first, 100 a page, as its documentation says. */
function listing(events: readonly Listed[]): StripeApi & { calls: number } {
  const newestFirst = [...events].sort((a, b) => b.created - a.created);
  return {
    calls: 0,
    async get(path) {
      this.calls += 1;
      const query = new URL(path, "http://stripe").searchParams;
      const from = Number(query.get("created[gte]"));
      const until = Number(query.get("created[lt]"));
      const inside = newestFirst.filter(({ created }) => created >= from && created < until);
      const after = inside.findIndex(({ id }) => id === query.get("starting_after")) + 1;
      const data = inside.slice(after, after + Number(query.get("limit")));
      const has_more = after + data.length < inside.length;
      return { object: "list", has_more, data: data.map((event) => ({ ...event })) };
    },
    close: async () => {},
  };
}

const at = (seconds: number) => ({
  clock: { now: () => seconds * 1000, monotonic: () => 0 },
  random: seededRandom(1),
});

/** Sweeps to the end of the list; answers what was read, and the last cursor. */
async function sweepAll(api: StripeApi, seconds: number, from?: string) {
  const seen: Listed[] = [];
  let cursor = from;
  for (;;) {
    const page = await sweepEvents(api, settings, at(seconds), cursor);
    seen.push(...(page.facts as unknown as Listed[]));
    cursor = page.cursor;
    if (!page.more) return { seen, cursor };
  }
}

describe("the sweep of events", () => {
  it("reads all of the last 30 days, the oldest first, each once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 30 * 86_400 }), { maxLength: 700 }),
        async (ages) => {
          const events = ages.map((age, i) => ({ id: `evt_${i}`, created: NOW - age }));
          const { seen } = await sweepAll(listing(events), NOW);
          expect(seen.map(({ created }) => created)).toEqual(
            events.map(({ created }) => created).sort((a, b) => a - b),
          );
          expect(new Set(seen.map(({ id }) => id)).size).toBe(events.length);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("reads a crowded hour in narrower windows", async () => {
    const events = Array.from({ length: 9_000 }, (_, i) => ({
      id: `evt_${i}`,
      created: NOW - 7_200 + (i % 3_600),
    }));
    const { seen } = await sweepAll(listing(events), NOW);
    expect(seen).toHaveLength(9_000);
  });

  it("needs few calls when little happened", async () => {
    const api = listing([]);
    await sweepAll(api, NOW);
    expect(api.calls).toBeLessThan(45);
  });

  it("reads the last minutes again, and so finds what was listed late", async () => {
    const early = { id: "evt_early", created: NOW - 30 };
    const { cursor } = await sweepAll(listing([early]), NOW);
    const late = { id: "evt_late", created: NOW - SWEEP_OVERLAP_MS / 1000 + 1 };
    const { seen } = await sweepAll(listing([early, late]), NOW + 5, cursor);
    expect(seen.map(({ id }) => id)).toEqual(["evt_late", "evt_early"]);
  });

  it("leaves the present second for the next time", async () => {
    const events = [{ id: "evt_now", created: NOW }];
    const { seen, cursor } = await sweepAll(listing(events), NOW);
    expect(seen).toEqual([]);
    expect((await sweepAll(listing(events), NOW + 1, cursor)).seen).toHaveLength(1);
  });

  it("keeps its cursor when the clock stepped back", async () => {
    const page = await sweepEvents(listing([]), settings, at(NOW - 50), `${NOW}.3600`);
    expect(page).toEqual({ facts: [], cursor: `${NOW}.3600`, more: false });
  });

  it("says that events are lost when it stood still longer than Stripe keeps them", async () => {
    const old = `${NOW - 31 * 86_400}.3600`;
    await expect(sweepEvents(listing([]), settings, at(NOW), old)).rejects.toThrow(
      /listed by object/,
    );
  });

  it.each(["", "x", "1.2.3", "-1.5", `${NOW}.0`, `${NOW}.999999`, `${NOW}`])(
    "refuses the cursor %j, which it never wrote",
    async (cursor) => {
      await expect(sweepEvents(listing([]), settings, at(NOW), cursor)).rejects.toThrow(
        /cannot be read/,
      );
    },
  );

  it("stops when one second holds more than it can", async () => {
    const events = Array.from({ length: 2_101 }, (_, i) => ({ id: `e${i}`, created: NOW - 9 }));
    await expect(sweepAll(listing(events), NOW)).rejects.toThrow(/in one second/);
  });

  it("does not take a list that is no list", async () => {
    const api = { get: async () => ({ object: "list", data: [{}] }), close: async () => {} };
    await expect(sweepEvents(api, settings, at(NOW), undefined)).rejects.toThrow(
      /not what we can read/,
    );
  });
});
