import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { factMaker, plainSource, tell } from "../../test/support/ledger-facts.ts";
import { plainKeyring } from "../../test/support/system-cipher.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { Json } from "../kernel/strict-json.ts";
import { checkNoLoss } from "../store/check-no-loss.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase } from "../store/database.ts";
import type { Fact } from "../store/fact-rows.ts";
import type { WantedObject } from "../store/wanted-objects.ts";
import { claimWantedObjects, finishWantedObject } from "../store/wanted-objects.ts";
import { makeGroupCommit } from "./group-commit.ts";
import { makeFactOfRaw } from "./make-fact.ts";
import { retranslate } from "./retranslate.ts";
import { storeFacts } from "./store-facts.ts";

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 6, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function count(table: string): Promise<number> {
  const rows = await pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return rows.rows[0]?.n ?? -1;
}

const store = () => ({ pool, hasher: systemHasher, keyring: plainKeyring, onCommitted: () => {} });

function factOf(raw: object, source: SourceConnection = plainSource): Fact {
  return makeFactOfRaw(factMaker, source, raw as unknown as Json, "webhook");
}

describe("what is told again", () => {
  test("given one fact by four tellers at once, in groups that overlap, then it is kept once", async () => {
    const facts = Array.from({ length: 60 }, (_, n) => ({ id: `e${n}`, invoice: `i${n}`, at: n }));
    const tellers = [0, 1, 2, 3].map((shift) =>
      tell(pool, [...facts.slice(shift * 13), ...facts.slice(0, shift * 13)].reverse()),
    );
    const verdicts = (await Promise.all(tellers)).flat();
    expect(verdicts.filter((verdict) => verdict === "stored")).toHaveLength(60);
    expect(verdicts.filter((verdict) => verdict === "duplicate")).toHaveLength(180);
    expect(await count("event")).toBe(60);
    expect(await count("handoff")).toBe(60);
  });
  test("given the same fact twice in one group with other content, then both are kept and a case", async () => {
    const verdicts = await tell(pool, [
      { id: "e1", invoice: "i1", at: 1 },
      { id: "e1", invoice: "i1", at: 1, minor: "999" },
      { id: "e1", invoice: "i1", at: 1 },
    ]);
    expect(verdicts).toEqual(["stored", "conflict", "duplicate"]);
    expect(await count("inbound")).toBe(2);
    expect(await count("exception_case")).toBe(1);
  });
  test("given a contradiction and then the stored content in one group, then one case", async () => {
    const stored = { id: "e1", invoice: "i1", at: 1 };
    await tell(pool, [stored]);
    expect(await tell(pool, [{ ...stored, minor: "999" }, stored])).toEqual([
      "conflict",
      "duplicate",
    ]);
    expect(await count("inbound")).toBe(2);
    expect(await count("exception_case")).toBe(1);
  });
  test("given a dead letter, then a contradiction and its mended self in one group, then its event", async () => {
    const letter = { id: "e1", invoice: "i1", at: 1, note: "poison" };
    await tell(pool, [letter]);
    const mended: SourceConnection = {
      ...plainSource,
      translate: (raw, origin) => plainSource.translate({ ...(raw as object), note: "" }, origin),
    };
    const both = [factOf({ ...letter, minor: "999" }), factOf(letter, mended)];
    const verdicts = await storeFacts(store(), both);
    expect(verdicts.map((one) => one.kind)).toEqual(["conflict", "stored"]);
    expect(await count("event")).toBe(1);
    expect(await count("dead_letter where state = 'open'")).toBe(0);
  });
});

describe("which is later", () => {
  test("given two states of one customer in the same second, then the customer is asked for anew", async () => {
    await tell(pool, [{ id: "e1", customer: "c1", at: 5, note: "one" }]);
    expect(await count("object_fetch")).toBe(0);
    await tell(pool, [
      { id: "e2", customer: "c1", at: 5, note: "two" },
      { id: "e3", customer: "c2", at: 5 },
      { id: "e4", invoice: "i1", at: 5 },
    ]);
    const wanted = await pool.query("select object, state from object_fetch");
    expect(wanted.rows).toEqual([{ object: "src/customer/c1", state: "wanted" }]);
  });

  test("given a tie, then it is read when its second is over, and a tie while it is read, again", async () => {
    const tie = async (at: number) => {
      const both = [`a${at}`, `b${at}`].map((id) => ({ id, customer: "c1", at, note: id }));
      await tell(pool, both);
      const waits = "select not_before > now() + interval '1 second' as later from object_fetch";
      expect((await pool.query(waits)).rows).toEqual([{ later: true }]);
    };
    const isOver = () => pool.query("update object_fetch set not_before = now()");
    await tie(5);
    expect(await claimWantedObjects(pool, 10)).toEqual([]);
    await isOver();
    const [claimed] = await claimWantedObjects(pool, 10);
    await tie(6);
    await finishWantedObject(pool, claimed as WantedObject, "done", null);
    expect(await claimWantedObjects(pool, 10)).toEqual([]);
    await isOver();
    expect(await claimWantedObjects(pool, 10)).toMatchObject([{ object: "src/customer/c1" }]);
  });

  test("given the two states in transactions that run at once, then still asked for anew", async () => {
    const customers = Array.from({ length: 40 }, (_, index) => `both${index}`);
    for (const customer of customers) {
      await Promise.all([
        tell(pool, [{ id: `${customer}a`, customer, at: 7, note: "one" }]),
        tell(pool, [{ id: `${customer}b`, customer, at: 7, note: "two" }]),
      ]);
    }
    expect(await count("object_fetch where object like 'src/customer/both%'")).toBe(40);
  });
});

describe("what is not understood", () => {
  test("given a translator that fails, then a dead letter; given it is mended, then its event", async () => {
    const broken = factOf({ id: "e1", invoice: "i1", at: 1, note: "poison" });
    expect((await storeFacts(store(), [broken])).map((one) => one.kind)).toEqual(["stored"]);
    expect(await count("dead_letter where state = 'open'")).toBe(1);
    expect(await count("exception_case where state = 'open'")).toBe(1);

    const sources = new Map([["src", plainSource]]);
    const still = await retranslate(pool, factMaker, store(), sources);
    expect(still).toEqual({ tried: 1, understood: 0, foreign: 0 });
    expect((await pool.query("select tries from dead_letter")).rows).toEqual([{ tries: 2 }]);

    const mended: SourceConnection = {
      ...plainSource,
      translate: (raw, origin) =>
        plainSource.translate({ ...(raw as object), note: "fine" } as unknown as Json, origin),
    };
    const now = await retranslate(pool, factMaker, store(), new Map([["src", mended]]));
    expect(now).toEqual({ tried: 1, understood: 1, foreign: 0 });
    expect(await count("event")).toBe(1);
    expect(await count("dead_letter where state = 'open'")).toBe(0);
    expect(await count("exception_case where state = 'open'")).toBe(0);
    // The source tells it once more: by now it is an ordinary duplicate.
    const again = await storeFacts(store(), [
      factOf({ id: "e1", invoice: "i1", at: 1, note: "poison" }, mended),
    ]);
    expect(again.map((one) => one.kind)).toEqual(["duplicate"]);
  });
  test("given letters that nobody could identify, then each is closed once it is identified", async () => {
    const blind: SourceConnection = {
      ...plainSource,
      identify: () => ({ ok: false, code: "E_PLAIN_SHAPE", reason: "unknown version" }),
    };
    const raws = [
      { id: "e1", invoice: "i1", at: 1 },
      { id: "e2", invoice: "i2", at: 2, note: "poison" },
      { id: "e3", invoice: "i3", at: 3 },
    ];
    await storeFacts(
      store(),
      raws.map((raw) => factOf(raw, blind)),
    );
    // The third was told again meanwhile, to a hub that could identify it.
    await storeFacts(store(), [factOf(raws[2] as object)]);
    const sources = new Map([["src", plainSource]]);
    const report = await retranslate(pool, factMaker, store(), sources);
    // The second is identified and no more: a letter of its own takes the place of the old one.
    expect(report).toMatchObject({ understood: 2, foreign: 0 });
    const open = "select code from exception_case where state = 'open'";
    expect((await pool.query(open)).rows).toEqual([{ code: "E_INTAKE_TRANSLATOR_FAILED" }]);
    expect(await count("dead_letter where state = 'open'")).toBe(1);
    expect(await count("event")).toBe(2);
    expect((await checkNoLoss(pool)).broken).toEqual([]);
    const again = await retranslate(pool, factMaker, store(), sources);
    expect(again).toEqual({ tried: 1, understood: 0, foreign: 0 });
  });
  test("given an ignored kind, then its rule is kept and nothing follows", async () => {
    await tell(pool, [{ id: "e1", invoice: "i1", at: 1, note: "ignore" }]);
    const rows = await pool.query("select verdict, rule from event_identity");
    expect(rows.rows).toEqual([{ verdict: "ignored", rule: "test-rule" }]);
    expect(await count("event")).toBe(0);
  });
});

describe("a group", () => {
  test("given one fact that the ledger cannot hold, then its neighbours are stored all the same", async () => {
    const bad = factOf({ id: "bad", invoice: "i1", at: 1 });
    const poisoned: Fact = {
      ...bad,
      events: bad.events.map((event) => ({ ...event, version: "99999999999999999999" })),
    };
    const good = [2, 3].map((n) => factOf({ id: `e${n}`, invoice: `i${n}`, at: n }));
    const verdicts = await storeFacts(store(), [good[0] as Fact, poisoned, good[1] as Fact]);
    expect(verdicts.map((one) => one.kind)).toEqual(["stored", "failed", "stored"]);
    expect(await count("event")).toBe(2);
    expect(await count("event_identity")).toBe(2);
  });
  test("given more than may wait, then the surplus is refused at once and leaves no trace", async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const group = makeGroupCommit({
      store: async (facts) => {
        await gate;
        return storeFacts(store(), facts);
      },
      groupSize: 4,
      parallel: 1,
      maxWaiting: 8,
      maxWaitingBytes: 1_000_000,
      patienceMs: 60,
      soon: (task) => void setTimeout(task, 1),
      after: () => () => undefined,
    });
    const facts = Array.from({ length: 12 }, (_, n) =>
      factOf({ id: `e${n}`, invoice: `i${n}`, at: n }),
    );
    const answers = facts.map((fact) =>
      group.add(fact).then(
        (v) => v.kind,
        (e) => e.code as string,
      ),
    );
    expect(group.pressure().waiting).toBe(8);
    open();
    const verdicts = await Promise.all(answers);
    expect(verdicts.filter((verdict) => verdict === "stored")).toHaveLength(8);
    expect(verdicts.filter((verdict) => verdict === "E_INTAKE_BUSY")).toHaveLength(4);
    await group.stop();
    expect(await count("inbound")).toBe(8);
    await expect(group.add(facts[0] as Fact)).rejects.toThrow(/shutting down/);
  });
});
