import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { columnsOf, evidenceNames, writeEvidence } from "../../test/support/evidence-rows.ts";
import { systemHasher } from "../../test/support/system-hasher.ts";
import { hex } from "../kernel/hex.ts";
import { merkleLeaf, merkleRoot } from "../kernel/merkle.ts";
import { seededRandom } from "../kernel/random.ts";
import { contentHash } from "./content-hash.ts";
import type { Pool } from "./database.ts";
import { inTransaction, openDatabase } from "./database.ts";
import { ENTRY_BYTES, evidenceTables } from "./evidence-tables.ts";
import { countTail, findNewestBlock } from "./read-evidence.ts";
import { sealBlock } from "./seal-block.ts";

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 12, name: "test", onIdleError: () => {} });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

/** Until the tail is empty: transactions of other databases hold the horizon for moments, too. */
async function sealAll(mostRows = 1_000_000): Promise<void> {
  while ((await countTail(pool)).rows > 0) {
    const { kind } = await sealBlock(pool, mostRows);
    if (kind !== "sealed") await sleep(5);
  }
}

/** Ids by block, as the manifests have them. */
async function sealedIds(): Promise<string[][]> {
  const { rows } = await pool.query<{ ids: string[] }>(
    `select array(select encode(substr(manifest, i * ${ENTRY_BYTES} + 1, 16), 'hex')::uuid::text
       from generate_series(0, row_count - 1) i) as ids from seal_block order by number`,
  );
  return rows.map((row) => row.ids);
}

async function committedIds(): Promise<string[]> {
  const all = evidenceNames.map((name) => `select id::text from ${name}`).join(" union all ");
  const { rows } = await pool.query<{ id: string }>(all);
  return rows.map((row) => row.id).sort();
}

describe("what is hashed", () => {
  test("given each sealed table, then every column is in its line or in its content", async () => {
    expect(evidenceTables.map(({ name }) => name)).toEqual([...evidenceNames].sort());
    for (const { name, line, content } of evidenceTables) {
      await writeEvidence(pool, name, 1);
      const parts = [...line.filter((column) => column !== "request_given"), ...content];
      expect(parts.toSorted()).toEqual((await columnsOf(pool, name)).toSorted());
      const { rows } = await pool.query<{ line: string; row: Record<string, unknown> }>(
        `select evidence_line(r) as line, to_jsonb(r) as row from ${name} r`,
      );
      const [table, ...fields] = JSON.parse(rows[0]?.line ?? "") as unknown[];
      expect([table, fields.length]).toEqual([name, line.length]);
      for (const [at, column] of line.entries()) {
        const stored = rows[0]?.row[column];
        if (typeof fields[at] === "number" || /_id$|^id$|^kind$/.test(column)) {
          expect(fields[at], column).toEqual(stored);
        }
      }
    }
  });

  test("given content, then row_hash is its SHA-256, from writers and from the ledger alike", async () => {
    for (const name of evidenceNames) {
      await writeEvidence(pool, name, 2);
      const { rows } = await pool.query<{ held: boolean }>(
        `select bool_and(row_hash = sha256(evidence_content(r))) as held from ${name} r`,
      );
      expect(rows[0]?.held, name).toBe(true);
    }
    const { rows } = await pool.query<{ made: Buffer }>(
      `select sha256(evidence_content(r)) as made from (
         select (jsonb_populate_record(null::outcome, '{"message": "n\\u00e4h\\ud83d\\ude00"}')).*) o,
       lateral (select o::outcome) x(r)`,
    );
    expect(hex(contentHash(systemHasher, ["näh😀", undefined]))).toBe(
      rows[0]?.made.toString("hex"),
    );
  });

  test("given other settings of a session, then a line stays the same", async () => {
    for (const name of evidenceNames) await writeEvidence(pool, name, 1);
    const client = await pool.connect();
    const all = evidenceNames.map((name) => `select evidence_line(r) as line from ${name} r`);
    const lines = async () => (await client.query(`${all.join(" union all ")} order by 1`)).rows;
    const before = await lines();
    await client.query(
      `set timezone = 'Asia/Kathmandu'; set datestyle = 'German'; set bytea_output = 'escape';
       set intervalstyle = 'iso_8601'; set extra_float_digits = -3; set lc_numeric = 'C'`,
    );
    expect(await lines()).toEqual(before);
    client.release(true);
  });
});

describe("a block", () => {
  test("given rows of every table, then root and hash are what other code makes of them", async () => {
    await inTransaction(pool, async (session) => {
      for (const name of evidenceNames) await writeEvidence(session, name, 5);
    });
    await sealAll();
    const { rows } = await pool.query<{ manifest: Buffer; row_count: number; ranges: unknown }>(
      "select manifest, row_count, ranges from seal_block",
    );
    const newest = await findNewestBlock(pool);
    const { manifest, row_count } = rows[0] ?? { manifest: Buffer.alloc(0), row_count: 0 };
    const leaves = Array.from({ length: row_count }, (_, i) =>
      merkleLeaf(systemHasher, manifest.subarray(i * ENTRY_BYTES, (i + 1) * ENTRY_BYTES)),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.ranges).toEqual(evidenceTables.map(({ name }) => [name, 5]));
    expect(hex(newest?.root ?? Buffer.alloc(0))).toBe(hex(merkleRoot(systemHasher, leaves)));
  });

  test("given nothing new, then no block is made", async () => {
    await writeEvidence(pool, "event", 3);
    await sealAll();
    expect((await sealBlock(pool, 100)).kind).toBe("nothing");
    expect((await findNewestBlock(pool))?.number).toBe("1");
  });

  test("given a backlog, then blocks end at a transaction's end and hold each row once", async () => {
    for (let n = 0; n < 12; n += 1) await writeEvidence(pool, n % 2 ? "event" : "inbound", 10);
    await sealAll(25);
    const blocks = await sealedIds();
    expect(blocks.map((ids) => ids.length % 10)).toEqual(blocks.map(() => 0));
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.flat().toSorted()).toEqual(await committedIds());
  });

  test("given a block, then it can neither be changed nor removed", async () => {
    await writeEvidence(pool, "event", 1);
    await sealAll();
    for (const act of ["update seal_block set form = 2", "delete from seal_block"]) {
      await expect(pool.query(act)).rejects.toThrow(/never changed/);
    }
    await expect(pool.query("truncate seal_block")).rejects.toThrow(/never changed/);
  });
});

describe("the horizon", () => {
  test("given a transaction that commits late, then its rows wait and nothing is missed", async () => {
    const late = await pool.connect();
    await late.query("begin");
    await writeEvidence(late, "event", 2);
    await writeEvidence(pool, "event", 3);
    expect((await sealBlock(pool, 100)).kind).toBe("nothing");
    expect((await countTail(pool)).rows).toBe(3);
    await late.query("commit");
    late.release();
    await sealAll();
    expect((await sealedIds()).flat().toSorted()).toEqual(await committedIds());
  });

  test("given a ledger brought to another server, then sealing goes on above its old rows", async () => {
    await writeEvidence(pool, "event", 3);
    await sealAll();
    await writeEvidence(pool, "inbound", 3);
    // Its numbers came from a server that had counted further than this one has.
    await pool.query("select seal_resume_above(9000000000)");
    await writeEvidence(pool, "audit", 2);
    await sealAll();
    const { rows } = await pool.query<{ from_tx: string; upto_tx: string }>(
      "select from_tx, upto_tx from seal_block order by number",
    );
    expect(BigInt(rows.at(-1)?.upto_tx ?? 0)).toBeGreaterThan(9_000_000_000n);
    expect((await sealedIds()).flat().toSorted()).toEqual(await committedIds());
  });

  test("given writers who commit late, out of order or not at all, and two sealers all along, then every committed row stands in exactly one block", async () => {
    const random = seededRandom(20261123);
    const pick = (most: number): number => Math.floor(random.unit() * most);
    const rolledBack: string[] = [];
    let writing = true;
    const write = async (): Promise<void> => {
      for (let turn = 0; turn < 12; turn += 1) {
        const client = await pool.connect();
        await client.query("begin");
        const name = () => evidenceNames[pick(evidenceNames.length)] ?? "event";
        const ids = await writeEvidence(client, name(), 1 + pick(3));
        await sleep(pick(40));
        await client.query("savepoint half");
        const half = await writeEvidence(client, name(), 1 + pick(3));
        const undone = pick(3) === 0;
        await client.query(undone ? "rollback to savepoint half" : "release savepoint half");
        await sleep(pick(20));
        const lost = pick(5) === 0;
        await client.query(lost ? "rollback" : "commit");
        if (undone || lost) rolledBack.push(...half);
        if (lost) rolledBack.push(...ids);
        client.release();
      }
    };
    const seal = async (): Promise<void> => {
      while (writing) {
        await sealBlock(pool, 20);
        await sleep(3);
      }
    };
    const sealers = [seal(), seal()];
    await Promise.all(Array.from({ length: 6 }, write));
    writing = false;
    await Promise.all(sealers);
    // On a busy machine the sealers may hardly have had a turn: what is left goes in small blocks.
    // A transaction of another test on this server holds the horizon back for as long as it lasts.
    const sealRest = async (): Promise<string[]> => {
      while ((await sealBlock(pool, 5)).kind === "sealed");
      return (await sealedIds()).flat().toSorted();
    };
    const committed = await committedIds();
    await expect.poll(sealRest, { timeout: 20_000, interval: 100 }).toEqual(committed);
    const blocks = await sealedIds();
    expect(blocks.length).toBeGreaterThan(2);
    expect(rolledBack.length).toBeGreaterThan(10);
    expect(blocks.flat().filter((id) => rolledBack.includes(id))).toEqual([]);
  });
});

describe("a sealer that dies", () => {
  test.each([
    ["before it looked", "select pg_try_advisory_xact_lock(x'7365616c'::int)"],
    ["with its block written and not committed", "insert"],
  ])("given a connection cut %s, then the next one seals the same rows once", async (_, step) => {
    await writeEvidence(pool, "event", 4);
    await sealAll();
    await writeEvidence(pool, "outcome", 4);
    const dying = await pool.connect();
    dying.on("error", () => undefined);
    await dying.query("begin");
    const insert = `insert into seal_block select number + 1, form, upto_tx, upto_tx + 9, now(),
      ranges, row_count, manifest, root, hash, sha256('x') from seal_block`;
    await dying.query(step === "insert" ? insert : step);
    const { rows } = await dying.query<{ pid: number }>("select pg_backend_pid() as pid");
    if (step !== "insert") expect((await sealBlock(pool, 100)).kind).toBe("busy");
    const second = sealAll();
    await pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await second;
    dying.release(true);
    const blocks = await sealedIds();
    expect(blocks.map((ids) => ids.length)).toEqual([4, 4]);
    expect(blocks.flat().toSorted()).toEqual(await committedIds());
  });

  test("given two sealers at once without their lock, then the second block is refused", async () => {
    await writeEvidence(pool, "event", 4);
    await sealAll();
    const copy = `insert into seal_block select number + 1, form, upto_tx, upto_tx + $1, now(),
      ranges, row_count, manifest, root, hash, sha256($2::text::bytea) from seal_block
      where number = 1`;
    const [first, second] = [await pool.connect(), await pool.connect()];
    await first.query("begin");
    await first.query(copy, [1, "a"]);
    const refused = expect(second.query(copy, [2, "b"])).rejects.toThrow(/duplicate key/);
    await first.query("commit");
    await refused;
    first.release();
    second.release();
  });
});

describe("many rows", () => {
  test("given 100,000 rows, then one statement seals them, and says in what time", {
    timeout: 120_000,
  }, async () => {
    await pool.query(`
      insert into event (id, type, contract_version, connection, subject, version, occurred_at,
        received_at, correlation_id, inbound_id, origin, refs, data, row_hash)
      select gen_random_uuid(), 'invoice.finalized', 1, 'shop', 'shop/invoice/' || i, i, now(), now(),
        gen_random_uuid(), gen_random_uuid(), 'webhook', '[]', '{}', sha256('{}')
      from generate_series(1, 100000) i`);
    const started = performance.now();
    await sealAll();
    const ms = Math.round(performance.now() - started);
    process.stderr.write(`100,000 rows sealed in ${ms} ms\n`);
    expect((await findNewestBlock(pool))?.rows).toBe(100_000);
  });
});
