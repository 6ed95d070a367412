import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTieoutError } from "./errors.ts";
import { parseStrictJson } from "./strict-json.ts";

const limits = { maxDepth: 32 };

function codeOf(text: string): string {
  try {
    parseStrictJson(text, limits);
    return "accepted";
  } catch (thrown) {
    return isTieoutError(thrown) ? thrown.code : String(thrown);
  }
}

describe("strict JSON", () => {
  test("given any JSON value, then it reads as the platform reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        fc.pre(!JSON.stringify(value).includes("\\u0000"));
        fc.pre(!/\d{16}/.test(JSON.stringify(value)));
        for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
          expect(parseStrictJson(text, limits)).toEqual(JSON.parse(text));
        }
      }),
    );
  });
  test.each([
    ['{"amount":1,"amount":2}', "E_JSON_DUPLICATE_KEY"],
    ['{"a":{"b":[{"x":1,"x":1}]}}', "E_JSON_DUPLICATE_KEY"],
    ['{"a\\u0062":1,"ab":2}', "E_JSON_DUPLICATE_KEY"],
    ['{"__proto__":{"admin":true}}', "E_JSON_FORBIDDEN_KEY"],
    ['{"\\u005f_proto__":1}', "E_JSON_FORBIDDEN_KEY"],
    ['{"amount":9007199254740993}', "E_JSON_NUMBER_INEXACT"],
    ['{"amount":1e999}', "E_JSON_NUMBER_INEXACT"],
    ['{"amount":-1E+999}', "E_JSON_NUMBER_INEXACT"],
    [`{"amount":${"9".repeat(400)}.5}`, "E_JSON_NUMBER_INEXACT"],
    ['{"name":"a\\u0000b"}', "E_JSON_NUL"],
    ['{"a":"\\\\u0000","b":"x\\u0000y"}', "E_JSON_NUL"],
    ['{"amount":1', "E_JSON_MALFORMED"],
    ["", "E_JSON_MALFORMED"],
    ["{'a':1}", "E_JSON_MALFORMED"],
    [`${"[".repeat(33)}${"]".repeat(33)}`, "E_JSON_TOO_DEEP"],
    ["[".repeat(100_000), "E_JSON_TOO_DEEP"],
    ['{"a":"\\\\u0000 is text here","b":":{\\"}"}', "accepted"],
    ['{"a":1e308,"b":-1.5E-9,"c":1e-999}', "accepted"],
    ['{"a":9007199254740991,"b":"9007199254740993"}', "accepted"],
  ])("given %s, then the verdict is %s", (text, verdict) => {
    expect(codeOf(text)).toBe(verdict);
  });
});
