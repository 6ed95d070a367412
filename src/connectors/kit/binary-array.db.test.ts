import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FreshDatabase } from "../../../test/support/database.ts";
import { emptyDatabase } from "../../../test/support/database.ts";
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  textArray,
  uuidArray,
} from "./binary-array.ts";

let database: FreshDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await emptyDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function kept(type: string, array: Buffer): Promise<unknown[]> {
  const text = `select x from unnest($1::${type}[]) with ordinality as u(x, n) order by n`;
  const { rows } = await client.query<{ x: unknown }>(text, [array]);
  return rows.map(({ x }) => x);
}

const maybe = <T>(values: fc.Arbitrary<T>) => fc.array(fc.option(values), { maxLength: 30 });
const runs = { numRuns: 60 };

describe("then PostgreSQL reads what was written", () => {
  test("texts of any length and script, and nulls", async () => {
    const texts = fc
      .string({ unit: "binary", maxLength: 90 })
      .map((one) => one.replaceAll("\0", ""));
    await fc.assert(
      fc.asyncProperty(maybe(texts), async (values) => {
        expect(await kept("text", textArray(values))).toEqual(values);
      }),
      runs,
    );
  });
  test("ids with dashes and without, in either case, and nulls", async () => {
    const ids = fc.record({ id: fc.uuid(), plain: fc.boolean(), upper: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(maybe(ids), async (values) => {
        const written = values.map((one) => {
          if (one === null) return undefined;
          const text = one.plain ? one.id.replaceAll("-", "") : one.id;
          return one.upper ? text.toUpperCase() : text;
        });
        expect(await kept("uuid", uuidArray(written))).toEqual(
          values.map((one) => one?.id ?? null),
        );
      }),
      runs,
    );
  });
  test("bytes, whole numbers and truth", async () => {
    const bytes = fc.uint8Array({ maxLength: 50 }).map((one) => Buffer.from(one));
    const large = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    await fc.assert(
      fc.asyncProperty(
        fc.record({ b: maybe(bytes), i: maybe(fc.integer()), l: maybe(large) }),
        fc.array(fc.boolean()),
        async ({ b, i, l }, t) => {
          expect(await kept("bytea", byteaArray(b))).toEqual(b);
          expect(await kept("integer", integerArray(i))).toEqual(i);
          expect(await kept("bigint", bigintArray(l))).toEqual(l);
          expect(await kept("boolean", booleanArray(t))).toEqual(t);
        },
      ),
      runs,
    );
  });
});

test.each([
  "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5",
  "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g",
  "0193a1b2xc3d4-7e5f-8a9b-0c1d2e3f4a5b",
  "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5\u0130",
  "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5\u0161",
  "0193a1b2c3d47e5f8a9b0c1d2e3f4a5",
  "0193a1b2c3d47e5f8a9b0c1d2e3f4a5-",
  "",
])("given %s, which is no id, then it is refused here", (text) => {
  expect(() => uuidArray([text])).toThrow("not a UUID");
});

test("given a number beyond 32 bits, then it is refused here", () => {
  expect(() => integerArray([2 ** 31])).toThrow(RangeError);
});
