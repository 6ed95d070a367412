import http from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Keyring } from "../../src/store/keyring.ts";
import { readDeadLetterBodies } from "../../src/store/read-dead-letter-bodies.ts";
import type { HubRoom } from "../support/hub-room.ts";
import { openHubRoom, ROOM_MASTER_KEY } from "../support/hub-room.ts";
import { postSigned, signatureOf } from "../support/stripe-signing.ts";
import { testKeyring } from "../support/system-cipher.ts";

let room: HubRoom;
let keyring: Keyring;

beforeAll(async () => {
  room = await openHubRoom();
  keyring = testKeyring(room.database.url, ROOM_MASTER_KEY);
});
afterAll(async () => {
  await keyring.close();
  await room.close();
});

async function one<T>(sql: string): Promise<T | undefined> {
  return (await room.hub.pool.query(sql)).rows[0] as T | undefined;
}

async function inboundCount(): Promise<number> {
  return (await one<{ n: number }>("select count(*)::int as n from inbound"))?.n ?? -1;
}

function event(id: string, change: object = {}): string {
  return JSON.stringify({
    id,
    object: "event",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    pending_webhooks: 1,
    request: null,
    type: "product.created",
    data: {
      object: {
        id: "prod_1",
        object: "product",
        active: true,
        created: 1,
        description: null,
        livemode: false,
        metadata: {},
        name: "Seat",
        updated: 1,
      },
    },
    ...change,
  });
}

describe("who may speak", () => {
  test.each([
    ["no signature", ""],
    ["a signature of another body", signatureOf("whsec_x", "other")],
    ["garbage", "t=abc,v1=zz"],
  ])("given %s, then it is refused and nothing is kept", async (_name, signature) => {
    const before = await inboundCount();
    const headers = { "stripe-signature": signature };
    const answer = await postSigned(room.webhookUrl, room.secret, event("evt_refused"), headers);
    expect(answer.status).toBe(401);
    expect(answer.code).toMatch(/^E_STRIPE_/);
    expect(await inboundCount()).toBe(before);
  });
  test("given a stale time stamp, then a replay is refused", async () => {
    const body = event("evt_stale");
    const headers = { "stripe-signature": signatureOf(room.secret, body, 3600) };
    const answer = await postSigned(room.webhookUrl, room.secret, body, headers);
    expect(answer.status).toBe(401);
  });
  test("given the JSON written anew, then its signature no longer fits", async () => {
    const body = event("evt_pretty");
    const headers = { "stripe-signature": signatureOf(room.secret, body) };
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    expect((await postSigned(room.webhookUrl, room.secret, pretty, headers)).status).toBe(401);
  });
  test("given a connection nobody declared, then 404 and its name", async () => {
    const url = room.webhookUrl.replace("stripe-us", "stripe-xx");
    const answer = await postSigned(url, room.secret, event("evt_x"));
    expect(answer).toMatchObject({ status: 404, code: "E_HTTP_CONNECTION_UNKNOWN" });
  });
});

describe("what may be said", () => {
  const dead: [string, string | Buffer, string][] = [
    ["not JSON", '{"id":"evt_1"', "E_JSON_MALFORMED"],
    ["nothing", "", "E_JSON_MALFORMED"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "E_JSON_ENCODING"],
    [
      "a key twice",
      event("evt_2").replace('"livemode"', '"created":1,"livemode"'),
      "E_JSON_DUPLICATE_KEY",
    ],
    [
      "__proto__",
      event("evt_3").replace('"livemode"', '"__proto__":1,"livemode"'),
      "E_JSON_FORBIDDEN_KEY",
    ],
    ["a NUL", event("evt_4").replace("Seat", "Se\\u0000at"), "E_JSON_NUL"],
    [
      "2^53 + 1",
      event("evt_5").replace('"updated":1', '"updated":9007199254740993'),
      "E_JSON_NUMBER_INEXACT",
    ],
    ["nesting without end", "[".repeat(5000), "E_JSON_TOO_DEEP"],
    ["a kind nobody knows", event("evt_6", { type: "unheard.of" }), "E_STRIPE_"],
    ["a list where an object belongs", "[1,2]", "E_STRIPE_"],
  ];
  test.each(dead)(
    "given %s, then 200, and a dead letter that says why",
    async (_name, body, code) => {
      const before = await inboundCount();
      const answer = await postSigned(room.webhookUrl, room.secret, body);
      expect(answer).toMatchObject({ status: 200, verdict: "dead" });
      expect(await inboundCount()).toBe(before + 1);
      const letter = await one<{ inbound_id: string; code: string; reason: string }>(
        "select inbound_id, code, reason from dead_letter order by opened_at desc limit 1",
      );
      expect(letter?.code).toContain(code);
      expect(letter?.reason.length).toBeGreaterThan(5);
      const kept = await readDeadLetterBodies(room.hub.pool, keyring, "", 200);
      const raw = kept.find((row) => row.inbound_id === letter?.inbound_id)?.body;
      expect(Buffer.compare(raw ?? new Uint8Array(), Buffer.from(body))).toBe(0);
      // Told again it is the same dead letter, not a second one.
      expect((await postSigned(room.webhookUrl, room.secret, body)).status).toBe(200);
      expect(await inboundCount()).toBe(before + 1);
    },
  );
  test("given one id with two contents, then both are kept and one case is opened", async () => {
    const told = event("evt_twice");
    await postSigned(room.webhookUrl, room.secret, told);
    const other = told.replace('"created":1,"desc', '"created":2,"desc');
    expect((await postSigned(room.webhookUrl, room.secret, other)).verdict).toBe("conflict");
    expect((await postSigned(room.webhookUrl, room.secret, other)).verdict).toBe("conflict");
    const found = await one<{ n: number }>(
      "select count(*)::int as n from exception_case where code = 'E_INTAKE_CONTENT_CONFLICT'",
    );
    expect(found?.n).toBe(1);
  });
  test("given another number of pending webhooks, then it is the same fact", async () => {
    // Made once: a second later it would be another fact.
    const told = event("evt_pending");
    await postSigned(room.webhookUrl, room.secret, told);
    const retry = told.replace('"pending_webhooks":1', '"pending_webhooks":0');
    expect((await postSigned(room.webhookUrl, room.secret, retry)).verdict).toBe("duplicate");
  });
  test("given bad bodies, then a good one beside them is kept as usual", async () => {
    const answers = await Promise.all([
      postSigned(room.webhookUrl, room.secret, '{"id":'),
      postSigned(room.webhookUrl, room.secret, event("evt_good")),
      postSigned(room.webhookUrl, room.secret, "[".repeat(100)),
    ]);
    expect(answers.map((answer) => answer.verdict)).toEqual(["dead", "events", "dead"]);
  });
});

describe("how much, and how", () => {
  test("given more than the limit, then 413 with the limit, and nothing kept", async () => {
    const before = await inboundCount();
    const body = `{"a":"${"x".repeat(9 * 1024 * 1024)}"}`;
    const answer = await postSigned(room.webhookUrl, room.secret, body);
    expect(answer).toMatchObject({ status: 413, code: "E_HTTP_TOO_LARGE" });
    expect(await inboundCount()).toBe(before);
  });
  test("given a gzip body, then 415: signatures are over what was signed", async () => {
    const packed = gzipSync(event("evt_gzip"));
    const headers = { "content-encoding": "gzip" };
    const answer = await postSigned(room.webhookUrl, room.secret, packed, headers);
    expect(answer).toMatchObject({ status: 415, code: "E_HTTP_ENCODING" });
  });
  test("given a body that never ends, then others are answered meanwhile", async () => {
    const { port } = new URL(room.webhookUrl);
    const slow = http.request({
      port,
      method: "POST",
      path: "/in/stripe-us",
      headers: { "content-length": "1000" },
    });
    slow.on("error", () => undefined);
    slow.write("{");
    expect((await postSigned(room.webhookUrl, room.secret, event("evt_beside"))).status).toBe(200);
    slow.destroy();
  });
});
