import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json } from "../kernel/strict-json.ts";
import { freeTexts, isToldBy, joinPersonal, makeParter } from "./personal.ts";
import { contracts } from "./registry.ts";

const named = contracts.map((one) => [`${one.type} ${one.version}`, one] as const);

describe("every contract", () => {
  it.each(named)("%s tells of each free text whether it may name a person", (_, contract) => {
    const { personal, clear } = contract;
    const untold = freeTexts(contract.schema).filter(
      (path) => !isToldBy(personal, path) && !isToldBy(clear, path),
    );
    expect(untold).toEqual([]);
  });

  it.each(named)("%s tells nothing twice and nothing that is not there", (_, contract) => {
    const { personal, clear } = contract;
    const told = [...Object.keys(personal), ...Object.keys(clear)];
    const free = freeTexts(contract.schema);
    expect(told.filter((path) => !free.some((one) => isToldBy({ [path]: 1 }, one)))).toEqual([]);
    expect(new Set(told).size).toBe(told.length);
  });

  it("given a field that nobody classified, then it is found", () => {
    const shape = z.strictObject({
      id: z.string(),
      lines: z.array(z.strictObject({ who: z.string() })),
    });
    expect(freeTexts(shape)).toEqual(["id", "lines[].who"]);
  });
});

const schema = z.strictObject({
  name: z.string().optional(),
  note: z.string(),
  tags: z.array(z.string()),
  more: z.record(z.string(), z.string()),
  buyer: z.strictObject({ name: z.string().optional(), country: z.string() }),
  lines: z.array(z.strictObject({ text: z.string(), sum: z.string() })),
});
const part = makeParter(schema, {
  ...{ name: "name", note: "free-text", tags: "address", more: "free-text" },
  ...{ "buyer.name": "name", "lines[].text": "free-text" },
});

/** Marked, so that a leak is seen. */
const secret = fc
  .string({ minLength: 0, maxLength: 8 })
  .map((text) => (text === "" ? "" : `§${text}`));
const open = fc.stringMatching(/^[a-z]{1,5}$/);
const data = fc.record(
  {
    name: secret,
    note: secret,
    tags: fc.array(secret, { maxLength: 3 }),
    more: fc.dictionary(open, secret, { maxKeys: 3 }),
    buyer: fc.record({ name: secret, country: open }, { requiredKeys: ["country"] }),
    lines: fc.array(fc.record({ text: secret, sum: open }), { maxLength: 3 }),
  },
  { requiredKeys: ["note", "tags", "more", "buyer", "lines"] },
);

describe("parting personal fields from the rest", () => {
  it("keeps the contract, leaks nothing, and joins to what it was", () => {
    fc.assert(
      fc.property(data, (given) => {
        const before = JSON.stringify(given);
        const { clear, personal } = part(given as unknown as Json);
        expect(schema.safeParse(clear).success).toBe(true);
        expect(JSON.stringify(clear)).not.toContain("§");
        const stored = JSON.parse(JSON.stringify(personal)) as typeof personal;
        expect(joinPersonal(clear, stored)).toEqual(JSON.parse(before));
        expect(JSON.stringify(given)).toBe(before);
      }),
    );
  });

  it("given nothing personal, then nothing is taken out", () => {
    const bare = { note: "", tags: [], more: {}, buyer: { country: "de" }, lines: [] };
    expect(part(bare)).toEqual({ clear: bare, personal: [] });
  });
});
