import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/kernel/random.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom } from "../support/hub-room.ts";
import { postSigned } from "../support/stripe-signing.ts";

const root = new URL("../../", import.meta.url);
const folder = fileURLToPath(new URL("../shared/data/stripe/webhooks/", root));
const present = existsSync(folder);

/** Most samples were recorded under one event id; as told by one account each has its own. */
function withOwnId(name: string): string {
  const text = readFileSync(`${folder}${name}`, "utf8");
  const { id } = JSON.parse(text) as { id: string };
  return text.replace(id, `evt_${name.replace(/\W/g, "")}`);
}

let room: HubRoom;

beforeAll(async () => {
  if (present) room = await openHubRoom();
});
afterAll(async () => {
  await room?.close();
});

// The vendors' sample bodies are not part of this repository.
describe.runIf(present)(
  "Stripe's own sample bodies, three times, in random order, by four clients",
  () => {
    test("given all of them, then each is an event, a documented ignore or a dead letter, once", async () => {
      const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
      const bodies = names.map((name) => withOwnId(name));
      const random = seededRandom(11);
      const queue = [...bodies, ...bodies, ...bodies]
        .map((body) => ({ body, at: random.unit() }))
        .sort((a, b) => a.at - b.at);
      const verdicts: string[] = [];
      const client = async (): Promise<void> => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          const answer = await postSigned(room.webhookUrl, room.secret, next.body);
          expect(answer.status).toBe(200);
          verdicts.push(answer.verdict);
        }
      };
      await Promise.all([client(), client(), client(), client()]);
      const first = verdicts.filter((verdict) => verdict !== "duplicate");
      expect(first).toHaveLength(bodies.length);
      expect(new Set(first)).toEqual(new Set(["events", "ignored", "dead"]));
      const facts = await room.hub.pool.query<{
        identity: string;
        verdict: string;
        rule: string | null;
      }>("select identity, verdict, rule from event_identity");
      expect(facts.rows).toHaveLength(bodies.length);
      expect(facts.rows.filter((row) => row.verdict === "ignored").every((row) => row.rule)).toBe(
        true,
      );
      const letters = await room.hub.pool.query<{ kind: string; reason: string }>(
        "select kind, reason from dead_letter order by kind",
      );
      expect(letters.rows.every((row) => row.reason.length > 10)).toBe(true);
      await room.settled();
      const references = room.netsuite.world.list("invoice").map((one) => one.externalId);
      expect(new Set(references).size).toBe(references.length);
    });
  },
);
