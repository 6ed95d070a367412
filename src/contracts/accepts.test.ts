import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { acceptsBy } from "./accepts.ts";
import { contracts } from "./registry.ts";

/** What a field may hold, rightly in one contract and wrongly in the next. */
const VALUES: readonly unknown[] = [
  ...["", "a", "in_1", "EUR", "eur", "XXQ", "DE", "Europe/Berlin", "Europe Berlin", "usage"],
  ...["0", "-0", "1.50", "12.5", "1e3", "110.00", "-1.00", "0.000", "1.234,56", "NaN"],
  ...["2026-01-31", "2026-02-29", "2024-02-29", "2026-01-31T00:00:00.000Z", "2026-01-31T00:00:00Z"],
  ...["cut \ud83d", "🙂 İ é", "x".repeat(255), "x".repeat(256), "x".repeat(20_001)],
  ...[0, 1, -1, 1.5, 2 ** 53, Number.NaN, null, undefined, true, false, [], {}, ["a"], { a: "b" }],
];

type Def = { type: string } & Record<string, unknown>;

/** Mostly right values of a schema; now and then one that is not. */
function nearly(schema: z.ZodType): fc.Arbitrary<unknown> {
  const right = rightly(schema);
  return fc.oneof(
    { weight: 60, arbitrary: right },
    { weight: 1, arbitrary: fc.constantFrom(...VALUES) },
  );
}

function rightly(schema: z.ZodType): fc.Arbitrary<unknown> {
  const def = schema.def as unknown as Def;
  if (def.type === "optional")
    return fc.option(nearly(def["innerType"] as z.ZodType), { nil: undefined });
  if (def.type === "array") return fc.array(nearly(def["element"] as z.ZodType), { maxLength: 2 });
  if (def.type === "enum") return fc.constantFrom(...Object.values(def["entries"] as object));
  if (def.type === "record")
    return fc.dictionary(
      fc.constantFrom("a", "", "x".repeat(256)),
      nearly(def["valueType"] as z.ZodType),
      { maxKeys: 1 },
    );
  if (def.type === "object") return objects(def["shape"] as Record<string, z.ZodType>);
  const fitting = VALUES.filter((value) => schema.safeParse(value).success);
  return fitting.length === 0 ? fc.constantFrom(...VALUES) : fc.constantFrom(...fitting);
}

function objects(shape: Record<string, z.ZodType>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [name, nearly(field)] as const),
  );
  const amount = Object.keys(shape).join() === "amount,currency";
  const money = fc.constantFrom(
    { amount: "110.00", currency: "EUR" },
    { amount: "1", currency: "JPY" },
  );
  const whole = amount
    ? fc.oneof({ weight: 9, arbitrary: money }, { weight: 1, arbitrary: fc.record(fields) })
    : fc.record(fields);
  const lacking = fc.record(fields, { requiredKeys: [] });
  const more = whole.map((value) => ({ ...(value as object), unknownToUs: 1 }));
  return fc.oneof(
    { weight: 40, arbitrary: whole },
    { weight: 1, arbitrary: lacking },
    { weight: 1, arbitrary: more },
  );
}

describe("a quick yes", () => {
  it("is the library's own answer, for every contract and whatever the data", () => {
    const answers = { yes: 0, no: 0 };
    for (const { schema, accepts, type } of contracts) {
      fc.assert(
        fc.property(nearly(schema), (data) => {
          const right = schema.safeParse(data).success;
          answers[right ? "yes" : "no"] += 1;
          expect(accepts(data), type).toBe(right);
        }),
        { numRuns: 200 },
      );
    }
    // Neither answer is given so seldom that the other would do.
    expect(Math.min(answers.yes, answers.no)).toBeGreaterThan(500);
  });

  it.each([
    ["a union", z.union([z.string(), z.number()]), ["a", 1, true]],
    ["a number", z.number().int().min(3), [2, 3, 3.5, "3"]],
    ["a loose object", z.object({ a: z.string() }), [{ a: "b" }, { a: "b", c: 1 }, {}]],
    ["an address", z.email(), ["a@b.example", "a"]],
    ["a changed text", z.string().trim().min(1), [" ", "a"]],
    ["a list of some length", z.array(z.string()).max(1), [[], ["a"], ["a", "b"], "a"]],
  ])("asks the library about %s", (_name, schema, values) => {
    const accepts = acceptsBy(schema);
    for (const value of values) expect(accepts(value)).toBe(schema.safeParse(value).success);
  });
});
