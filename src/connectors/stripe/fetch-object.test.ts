import { describe, expect, test } from "vitest";
import type { EventDraft } from "../../contracts/envelope.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { StripeApi } from "./api.ts";
import { fetchObject } from "./fetch-object.ts";
import { identifyStripe } from "./identify.ts";
import { stripeSettingsSchema } from "./settings.ts";
import { translateStripe } from "./translate.ts";

const SECOND = 1_772_366_400;

const settings = stripeSettingsSchema.parse({
  connection: "stripe-us",
  apiKey: "k",
  webhookSecrets: [],
  livemode: false,
  legalEntity: { id: "us", timeZone: "UTC" },
});

const customer = (name: string) => ({
  ...{ id: "cus_1", object: "customer", name, created: 1_772_000_000, metadata: {} },
});

/** The customer as read by a hub that asked and was answered so many ms after the second began. */
async function readAt(askedMs: number, answeredMs = askedMs, name = "Old"): Promise<Json> {
  let now = SECOND * 1000 + askedMs;
  const api: StripeApi = {
    get: async () => {
      now = SECOND * 1000 + answeredMs;
      return customer(name);
    },
    close: async () => {},
  };
  const clock = { now: () => now, monotonic: () => 0 };
  const key = "stripe-us/customer/cus_1";
  const raw = await fetchObject(api, settings, { clock, random: seededRandom(1) }, key);
  return raw as Json;
}

function updated(second: number, kind = "customer.updated"): Json {
  const event = { id: "evt_1", object: "event", api_version: "2026-10-28.endive", livemode: false };
  return { ...event, type: kind, created: second, data: { object: customer("New") } };
}

function versionOf(raw: Json): bigint {
  const result = translateStripe(raw, settings);
  if (result.kind !== "events") throw new Error(JSON.stringify(result));
  return BigInt((result.events[0] as EventDraft).version);
}

describe("the version of a state that was read", () => {
  test("given a change after the answer was rendered, then the change is the later one", async () => {
    // Asked at .100, rendered at .150, renamed at .300, the answer is here at .700.
    const read = versionOf(await readAt(100, 700));
    expect(versionOf(updated(SECOND))).toBeGreaterThan(read);
  });
  test("given an answer that took seconds, then a change meanwhile is the later one", async () => {
    const read = versionOf(await readAt(900, 3_200));
    expect(versionOf(updated(SECOND))).toBeGreaterThan(read);
    expect(versionOf(updated(SECOND + 1))).toBeGreaterThan(read);
  });
  test("given any event of an earlier second, then the read is the later one", async () => {
    expect(versionOf(await readAt(0))).toBeGreaterThan(versionOf(updated(SECOND - 1)));
    // What a tie of that second waits for is asked two seconds later.
    expect(versionOf(await readAt(2_000))).toBeGreaterThan(versionOf(updated(SECOND)));
  });
  test("given what began in the same second, then they tie, and a tie is noticed", async () => {
    const created = versionOf(updated(SECOND, "customer.created"));
    expect(versionOf(await readAt(400))).toBe(created);
  });
  test("given two reads in one second, then two facts of one version: a tie as well", async () => {
    const [one, two] = [await readAt(100), await readAt(200, 200, "Other")];
    expect(versionOf(one)).toBe(versionOf(two));
    const [first, second] = [one, two].map((raw) => identifyStripe(raw, settings));
    expect(first).not.toEqual(second);
    expect(identifyStripe(await readAt(100, 900), settings)).toEqual(first);
  });
});
