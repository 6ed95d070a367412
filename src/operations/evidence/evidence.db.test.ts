import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../../test/support/database.ts";
import { freshDatabase } from "../../../test/support/database.ts";
import { columnsOf, evidenceNames, writeEvidence } from "../../../test/support/evidence-rows.ts";
import { systemHasher } from "../../../test/support/system-hasher.ts";
import { dropRules, smallestChanges, typeOf } from "../../../test/support/tampering.ts";
import { sealCommitted } from "../../engine/sealer.ts";
import type { Pool, Session } from "../../store/database.ts";
import { openDatabase } from "../../store/database.ts";
import { countTail } from "../../store/read-evidence.ts";
import { evidenceLines } from "./evidence-file.ts";
import type { EvidenceReport, Problem } from "./verify-evidence.ts";
import { verifyEvidence } from "./verify-evidence.ts";

const NOW = "2026-11-23T00:00:00.000Z";
const ROWS = 4;
const BLOCKS = 3;

let database: FreshDatabase;
let pool: Pool;
/** The honest ledger's file, and the rows of its second block by table. */
let honest: string[];
let secondBlock: Record<string, string[]>;

beforeAll(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 4, name: "test", onIdleError: () => {} });
  for (let block = 1; block <= BLOCKS; block += 1) {
    const ids: Record<string, string[]> = {};
    for (const name of evidenceNames) ids[name] = await writeEvidence(pool, name, ROWS);
    if (block === 2) secondBlock = ids;
    await sealAll();
  }
  honest = await collect(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function sealAll(): Promise<void> {
  while ((await countTail(pool)).rows > 0) {
    if ((await sealCommitted(pool)) === 0) await sleep(5);
  }
}

async function collect(session: Session): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of evidenceLines(session, "1", NOW)) lines.push(line);
  return lines;
}

async function* each(lines: readonly string[]): AsyncIterable<string> {
  for (const line of lines) yield line;
}

const verify = (lines: readonly string[], roots?: Map<number, string>): Promise<EvidenceReport> =>
  verifyEvidence(systemHasher, each(lines), roots);

const said = (problems: readonly Problem[]): string[] =>
  problems.map(({ what, ids }) => `${what}: ${ids.join(" ")}`).toSorted();

/** What the verifier says of a ledger that its owner damaged; then the damage is taken back. */
async function afterDamage(
  damage: (session: Session) => Promise<unknown>,
  roots?: Map<number, string>,
): Promise<EvidenceReport> {
  const client = await pool.connect();
  try {
    await client.query("begin; set local session_replication_role = replica");
    await damage(client);
    return await verify(await collect(client), roots);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

const idOf = (table: string): string => secondBlock[table]?.[1] ?? "";

describe("an honest ledger", () => {
  test("given its export, then every block and row verifies, and the tail is stated", async () => {
    await writeEvidence(pool, "outcome", 2);
    const report = await verify(await collect(pool));
    expect(report.problems).toEqual([]);
    expect(report.blocks).toBeGreaterThanOrEqual(BLOCKS);
    expect(report.rows).toEqual(
      Object.fromEntries(evidenceNames.map((name) => [name, ROWS * BLOCKS])),
    );
    expect(report.unsealed?.rows).toBe(2);
    await sealAll();
    honest = await collect(pool);
  });
});

describe("a changed row", () => {
  test.each(evidenceNames)(
    "given one byte of any column of %s, then table, id and block are named",
    async (table) => {
      for (const column of await columnsOf(pool, table)) {
        const type = await typeOf(pool, table, column);
        const change = smallestChanges[type]?.replaceAll("$", column);
        expect(change, `${table}.${column} is a ${type}`).toBeDefined();
        const values = /^(id|tx|upto_id)$/.test(column) ? [change] : [change, "null"];
        for (const value of values) {
          const report = await afterDamage(async (session) => {
            await dropRules(session, table);
            if (value === "null") {
              await session.query(`alter table ${table} alter column ${column} drop not null`);
            }
            const { rowCount } = await session.query(
              `update ${table} set ${column} = ${value} where id = $1`,
              [idOf(table)],
            );
            expect(rowCount).toBe(1);
          });
          const named = report.problems.filter(({ ids }) => ids.includes(idOf(table)));
          expect(named, `${table}.${column} = ${value}`).not.toEqual([]);
          expect(named[0]?.what, column).toContain(table);
          expect(named[0]?.detail, column).toMatch(/^block \d+: /);
          const others = report.problems.filter(({ ids }) => !ids.includes(idOf(table)));
          // A changed id is a missing row and an added one; nothing else may be suspected.
          expect(others.length, column).toBe(column === "id" ? 1 : 0);
        }
      }
    },
  );

  test("given content and row_hash changed together, then the row is named", async () => {
    const report = await afterDamage((session) =>
      session.query("update event set data = 'x', row_hash = sha256('x') where id = $1", [
        idOf("event"),
      ]),
    );
    expect(said(report.problems)).toEqual([`changed row of event: ${idOf("event")}`]);
  });
});

describe("the first blocks", () => {
  test("given a file that begins later and says so itself, then what is lacking is named", async () => {
    const second = honest.findIndex((line, index) => index > 1 && line.startsWith("B\t"));
    const kept = honest.slice(second, -1);
    const head = JSON.parse(honest[0]?.slice(2) ?? "");
    const blocks = kept.filter((line) => line.startsWith("B\t")).length;
    const end = { blocks, rows: kept.length - blocks, unsealed: { rows: 0, oldestSeconds: 0 } };
    const cut = [
      `H\t${JSON.stringify({ ...head, from: "2" })}`,
      ...[...kept, `E\t${JSON.stringify(end)}`],
    ];
    const { newest } = await verify(honest);
    const report = await verify(cut, new Map([[newest?.number ?? 0, newest?.hash ?? ""]]));
    expect(said(report.problems)).toEqual(["missing block: block 1"]);
  });
});

describe("rows that came or went", () => {
  test("given removed rows, then each is named by table and id", async () => {
    const [first = "", second = ""] = secondBlock["attempt"] ?? [];
    const report = await afterDamage((session) =>
      session.query("delete from attempt where id = any($1::uuid[])", [[first, second]]),
    );
    const expected = [first, second].map((id) => `missing row of attempt: ${id}`);
    expect(said(report.problems)).toEqual(expected.toSorted());
  });

  test("given a row slipped into a sealed range, then it is named", async () => {
    let added = "";
    const report = await afterDamage(async (session) => {
      [added = ""] = await writeEvidence(session, "inbound", 1);
      await session.query(
        "update inbound set tx = (select tx from inbound where id = $2) where id = $1",
        [added, idOf("inbound")],
      );
    });
    expect(said(report.problems)).toEqual([`added row of inbound: ${added}`]);
  });
});

describe("blocks", () => {
  test("given any column of a block changed, then the block is named", async () => {
    for (const column of await columnsOf(pool, "seal_block")) {
      const type = await typeOf(pool, "seal_block", column);
      const bent =
        column === "ranges"
          ? `jsonb_set(ranges, '{0,1}', '5')`
          : smallestChanges[type]?.replaceAll("$", column);
      const report = await afterDamage(async (session) => {
        await dropRules(session, "seal_block");
        const which = column === "number" ? "(select max(number) from seal_block)" : "2";
        await session.query(`update seal_block set ${column} = ${bent} where number = ${which}`);
      });
      const named = report.problems.flatMap(({ ids }) => ids.filter((id) => /^block /.test(id)));
      expect(named, column).not.toEqual([]);
    }
  });

  test("given a changed manifest and whole rows, then the manifest is blamed", async () => {
    const report = await afterDamage((session) =>
      session.query(
        "update seal_block set manifest = set_byte(manifest, 0, get_byte(manifest, 0) # 1) where number = 2",
      ),
    );
    expect(said(report.problems)).toEqual(["changed block: block 2"]);
    expect(report.problems[0]?.detail).toContain("the rows in the file do");
  });

  test("given a block dropped in the middle, then the gap is named", async () => {
    const report = await afterDamage((session) =>
      session.query("delete from seal_block where number = 2"),
    );
    expect(said(report.problems)).toContain("missing block: block 2");
  });

  test("given the newest block dropped, or all written anew, then a kept root shows it", async () => {
    const { newest } = await verify(honest);
    const roots = new Map([[newest?.number ?? 0, newest?.hash ?? ""]]);
    const dropped = (session: Session) =>
      session.query("delete from seal_block where number = $1", [newest?.number]);
    expect((await afterDamage(dropped)).problems).toEqual([]);
    expect(said((await afterDamage(dropped, roots)).problems)).toEqual([
      `missing block: block ${newest?.number}`,
    ]);
    const rewritten = async (session: Session) => {
      await session.query("update event set subject = 'x' where id = $1", [idOf("event")]);
      const { rows } = await session.query<{ n: number }>(
        "delete from seal_block returning 1 as n",
      );
      // The forger seals as the product does; a transaction's own rows are visible to it.
      for (let at = 0; at < rows.length; at += 1) await forge(session);
    };
    const report = await afterDamage(rewritten, roots);
    expect(report.problems.every(({ what }) => /kept|exported|missing block/.test(what))).toBe(
      true,
    );
    expect(report.problems).not.toEqual([]);
  });
});

/** One block over everything, as good as the real one. */
async function forge(session: Session): Promise<void> {
  const found = await session.query("select 1 from seal_block");
  if ((found.rowCount ?? 0) > 0) return;
  const leaves = evidenceNames
    .map(
      (n) =>
        `select '${n}' collate "C" as name, id, sha256(convert_to(evidence_line(r), 'UTF8')) as digest from ${n} r`,
    )
    .join(" union all ");
  await session.query(`
    with part as (
      select name, count(*)::int as n,
        string_agg(uuid_send(id) || digest, ''::bytea order by id) as e
      from (${leaves}) l group by name
    ), body as (
      select jsonb_agg(jsonb_build_array(name, n) order by name) as ranges, sum(n)::int as rows,
        string_agg(e, ''::bytea order by name) as manifest, decode(repeat('00', 32), 'hex') as zero
      from part
    )
    insert into seal_block select 1, 1::smallint, 0, 99999999, now(), ranges, rows, manifest,
      seal_root(manifest), zero, sha256(convert_to(seal_line(1, 1::smallint, 0, 99999999, now(),
      ranges, rows, seal_root(manifest), zero), 'UTF8')) from body`);
}

describe("what is done on purpose", () => {
  const record = `insert into evidence_change (id, kind, table_name, row_id, upto_id, new_hash,
    reason, row_hash) values (gen_random_uuid(), $1, $2, $3, $4, $5, 'law', sha256('3:law;'))`;

  /** Committed and sealed, unlike the damages above: these change the ledger of this file. */
  async function onPurpose(act: string, values: unknown[], change: unknown[]): Promise<void> {
    const client = await pool.connect();
    await client.query("set session_replication_role = replica");
    await client.query(act, values);
    await client.query(record, change);
    await client.query("set session_replication_role = default");
    client.release();
    await sealAll();
  }

  test("given a body replaced with a record of it, then it is counted and not suspected", async () => {
    const id = secondBlock["inbound"]?.[2] ?? "";
    const gone = systemHasher.sha256("gone");
    const act = "update inbound set body = 'gone' where id = $1";
    await onPurpose(act, [id], ["replaced", "inbound", id, null, gone]);
    const report = await verify(await collect(pool));
    expect([report.problems, report.replaced]).toEqual([[], 1]);
    const again = await afterDamage((session) =>
      session.query("update inbound set body = 'else' where id = $1", [id]),
    );
    expect(said(again.problems)).toEqual([`changed content of inbound: ${id}`]);
  });

  test("given rows retired with a record of it, then they are counted and not suspected", async () => {
    const [low = "", next = "", last = ""] = (secondBlock["outcome"] ?? []).toSorted();
    const act = "delete from outcome where id >= $1 and id < $2";
    await onPurpose(act, [low, last], ["retired", "outcome", low, last, null]);
    const report = await verify(await collect(pool));
    expect(report.problems).toEqual([]);
    expect(report.retired).toBeGreaterThanOrEqual([low, next].length);
    const more = await afterDamage((session) =>
      session.query("delete from outcome where id = $1", [last]),
    );
    expect(said(more.problems)).toEqual([`missing row of outcome: ${last}`]);
  });
});

describe("the file", () => {
  const kinds = (lines: readonly string[]) => lines.map((line) => line[0]).join("");

  test("given any byte of a block or row changed, then it does not verify", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 127 }), async (n, m, bits) => {
        const at = 1 + (n % (honest.length - 2));
        const line = Buffer.from(honest[at] ?? "");
        const place = m % line.length;
        line[place] = (line[place] ?? 0) ^ bits;
        if (sameBytes(honest[at] ?? "", line.toString())) return;
        const report = await verify(honest.with(at, line.toString()));
        expect(report.problems).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("given lines cut off, left out, repeated, moved or added, then it does not verify", async () => {
    const damaged = [
      honest.slice(0, -1),
      honest.slice(0, kinds(honest).lastIndexOf("B")),
      [...honest, honest[1] ?? ""],
      ...[1, 2, 5, honest.length - 2].flatMap((at) => [
        honest.toSpliced(at, 1),
        honest.toSpliced(at, 0, honest[at] ?? ""),
      ]),
      honest.toSpliced(1, 0, honest.at(-2) ?? ""),
      honest.toSpliced(3, 0, "X\tnonsense"),
    ];
    for (const lines of damaged) expect((await verify(lines)).problems).not.toEqual([]);
    await expect(verify(honest.slice(1))).rejects.toThrow(/audit export/);
    await expect(verify(["{}"])).rejects.toThrow(/audit export/);
  });

  /** A last character of base64 has bits that mean nothing. */
  function sameBytes(before: string, after: string): boolean {
    const [old, now] = [before.split("\t"), after.split("\t")];
    if (old.length !== now.length) return false;
    return old.every((field, index) =>
      index === old.length - 1
        ? Buffer.from(field, "base64").equals(Buffer.from(now[index] ?? "", "base64"))
        : field === now[index],
    );
  }
});
