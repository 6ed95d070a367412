import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byteaArray, textArray, uuidArray } from "../../src/connectors/kit/binary-array.ts";
import type { Pool } from "../../src/store/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import type { FreshDatabase } from "../support/database.ts";
import { freshDatabase } from "../support/database.ts";

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = openDatabase({ url: database.url, connections: 1, name: "test", onIdleError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function back(type: string, value: Buffer): Promise<unknown> {
  const { rows } = await pool.query<{ v: unknown }>(`select $1::${type} as v`, [value]);
  return rows[0]?.v;
}

/** What a text column can hold: no NUL, no half of a surrogate pair. */
const storable = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));

test("any texts, nulls among them, arrive as they left", async () => {
  const column = fc.array(fc.option(storable), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(column, async (texts) => {
      expect(await back("text[]", textArray(texts))).toEqual(texts);
    }),
    { numRuns: 60 },
  );
});

test("any ids arrive as they left, with and without dashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uuid(), { maxLength: 8 }), async (ids) => {
      expect(await back("uuid[]", uuidArray(ids))).toEqual(ids);
      const bare = ids.map((id) => id.replaceAll("-", "").toUpperCase());
      expect(await back("uuid[]", uuidArray(bare))).toEqual(ids);
    }),
    { numRuns: 40 },
  );
});

test("any bytes arrive as they left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
      async (list) => {
        const found = (await back("bytea[]", byteaArray(list))) as Buffer[];
        expect(found.map((one) => [...one])).toEqual(list.map((one) => [...one]));
      },
    ),
    { numRuns: 40 },
  );
});

test.each(["", "01a2062c", "01a2062c-2a47-775c-8cc8-612255edfdfg"])(
  "what is no id (%s) is refused before it leaves",
  (text) => expect(() => uuidArray([text])).toThrow(/not a UUID/),
);
