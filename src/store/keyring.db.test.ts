import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { fixedMasterKey, testKeyring } from "../../test/support/system-cipher.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import { openAnswers, openBodies, openData, sealAnswer, sealBody, sealData } from "./bodies.ts";
import { destroyKey } from "./data-keys.ts";
import type { Pool } from "./database.ts";
import { openDatabase } from "./database.ts";
import type { DataKey, Keyring } from "./keyring.ts";
import { keyText } from "./keyring.ts";
import { rotateKeys } from "./rotate-keys.ts";

let database: FreshDatabase;
let pool: Pool;
let keyring: Keyring;

beforeAll(async () => {
  database = await freshDatabase();
  const { url } = database;
  pool = openDatabase({ url, connections: 4, name: "test", onIdleError: () => {} });
  keyring = testKeyring(url);
});
afterAll(async () => {
  await keyring.close();
  await pool.end();
  await database.drop();
});

const utf8 = new TextEncoder();
const party = (owner: string) => ({ use: "party" as const, owner });

async function keyOf(ring: Keyring, owner: string): Promise<DataKey> {
  const key = (await ring.named([party(owner)])).get(keyText(party(owner)));
  if (key === undefined) throw new Error(`no key of ${owner}`);
  return key;
}

describe("keys", () => {
  test("given two hubs that ask for one party's key at once, then both have the same", async () => {
    const other = testKeyring(database.url);
    const names = Array.from({ length: 40 }, (_, n) => party(`race/${n % 20}`));
    const [mine, theirs] = await Promise.all([
      keyring.named(names),
      other.named(names.toReversed()),
    ]);
    expect(mine.size).toBe(20);
    for (const [text, key] of mine) expect(theirs.get(text)).toEqual(key);
    await other.close();
  });

  test("given nothing but the ledger, then no key is readable in it", async () => {
    const { bytes } = await keyOf(keyring, "a");
    const { rows } = await pool.query<{ wrapped: Buffer }>("select wrapped from data_key");
    expect(rows.some(({ wrapped }) => wrapped.includes(Buffer.from(bytes ?? "")))).toBe(false);
  });

  test("given another master key, then the ledger's keys stay shut and it says which is meant", async () => {
    await keyring.secrets();
    const stranger = testKeyring(database.url, "another one");
    await expect(stranger.secrets()).rejects.toThrow(/wrapped by master key [0-9a-f]{12}/);
    await stranger.close();
  });

  test("given a key that was destroyed, then it never comes back", async () => {
    const { id, bytes } = await keyOf(keyring, "gone");
    expect(bytes).toHaveLength(32);
    expect(await destroyKey(pool, party("gone"))).toBe(id);
    keyring.forget();
    const gone = await keyOf(keyring, "gone");
    expect([gone.id, gone.bytes]).toEqual([id, undefined]);
    await expect(pool.query("update data_key set owner = 'x' where id = $1", [id])).rejects.toThrow(
      /keys are wrapped anew or destroyed/,
    );
    await expect(pool.query("delete from data_key where id = $1", [id])).rejects.toThrow(
      /keys are/,
    );
  });

  test("given a key in memory that another process destroys, then it is forgotten in two minutes", async () => {
    let nowMs = 0;
    const patient = testKeyring(database.url, undefined, { now: () => 0, monotonic: () => nowMs });
    await keyOf(patient, "elsewhere");
    await destroyKey(pool, party("elsewhere"));
    nowMs = 120_001;
    expect((await keyOf(patient, "elsewhere")).bytes).toBeUndefined();
    await patient.close();
  });
});

describe("rotation of the master key", () => {
  test("when it stops half-way, then every key opens; and when it is done, the old one is useless", async () => {
    const names = Array.from({ length: 25 }, (_, n) => party(`rotated/${n}`));
    const before = await keyring.named(names);
    const { digest, blind } = await keyring.secrets();
    const both = fixedMasterKey("a new master key", "a test's master key");
    const stopped = await rotateKeys(pool, both, { pageSize: 10, shouldStop: () => true });
    expect(stopped).toMatchObject({ rewrapped: 10, done: false });
    const midway = testKeyring(database.url, both);
    for (const [text, key] of await midway.named(names)) expect(key).toEqual(before.get(text));
    const finished = await rotateKeys(pool, both, { pageSize: 10, shouldStop: () => false });
    expect(finished.done).toBe(true);
    const renewed = testKeyring(database.url, "a new master key");
    for (const [text, key] of await renewed.named(names)) expect(key).toEqual(before.get(text));
    const after = await renewed.secrets();
    const hash = systemHasher.sha256("x");
    expect([after.digest(hash), after.blind("ada")]).toEqual([digest(hash), blind("ada")]);
    const old = testKeyring(database.url);
    await expect(old.named(names)).rejects.toMatchObject({ code: "E_STORE_MASTER_KEY" });
    await Promise.all([midway.close(), renewed.close(), old.close()]);
    await keyring.close();
    keyring = testKeyring(database.url, "a new master key");
  });
});

describe("what is sealed", () => {
  const row = (id: string, body: { bytes: Uint8Array; keyId: number | null }) => ({
    ...{ id, key_id: body.keyId, bytes: Buffer.from(body.bytes) },
  });

  test("opens in its own row and in no other, and not when a byte of it was changed", async () => {
    const key = await keyOf(keyring, "sealed");
    const stored = sealBody(keyring, key, "inbound", "r1", utf8.encode("Ada Lovelace"));
    expect(Buffer.from(stored.bytes).includes("Ada")).toBe(false);
    const [open] = await openBodies(keyring, "inbound", [row("r1", stored)]);
    expect(new TextDecoder().decode(open)).toBe("Ada Lovelace");
    const changed = row("r1", stored);
    changed.bytes[20] = (changed.bytes[20] ?? 0) ^ 1;
    for (const wrong of [row("r2", stored), changed]) {
      await expect(openBodies(keyring, "inbound", [wrong])).rejects.toMatchObject({
        code: "E_STORE_BODY_CHANGED",
      });
    }
    await expect(openBodies(keyring, "attempt", [row("r1", stored)])).rejects.toThrow();
  });

  test("answers and personal fields come back as they were; and not at all without the key", async () => {
    const key = await keyOf(keyring, "fields");
    const answer = sealAnswer(keyring, key, "o1", "200 {}") ?? "";
    expect(answer).not.toContain("200");
    const rows = [
      { id: "o1", answer },
      { id: "o2", answer: "404 not there" },
      { id: "o3", answer: null },
    ];
    expect(await openAnswers(keyring, rows)).toEqual(["200 {}", "404 not there", undefined]);
    const bytes = sealData(keyring, key.bytes ?? utf8.encode(""), "e1", '{"gross":"1"}', [
      [["name"], "Ada"],
    ]);
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ gross: "1" });
    const event = { id: "e1", key_id: key.id, data: Buffer.from(bytes) };
    const whole = { gross: "1", name: "Ada" };
    expect(await openData(keyring, [event])).toEqual([{ data: whole, erased: false }]);
    await destroyKey(pool, party("fields"));
    keyring.forget();
    expect(await openData(keyring, [event])).toEqual([{ data: { gross: "1" }, erased: true }]);
    expect(await openAnswers(keyring, rows.slice(0, 1))).toEqual([undefined]);
  });
});
