/**
 * Stripe's search language, the part finance readers use: `field:"value"`, `field~"part"`,
 * `metadata["key"]:"value"`, numbers with < > <= >=, `-` for not, joined by AND or by OR.
 * Search is eventually consistent there; the fault switch `stale-search` (seconds) does it here.
 */
import { invalid } from "./errors.ts";
import type { Json } from "./render/parts.ts";

type Test = (object: Json) => boolean;

const FIELD = /(-?)([a-z_]+)(?:\[["']([^"']*)["']\])?/;
const VALUE = /(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(-?[\w.]+))/;
const CLAUSE = new RegExp(`^${FIELD.source}\\s*(:|~|>=|<=|>|<)\\s*${VALUE.source}\\s*`);
const JOINT = /^(AND|OR)\s+/i;

/** Throws an invalid_request refusal for a query it cannot read. */
export function parseSearch(query: string): Test {
  const tests: Test[] = [];
  let joint: string | undefined;
  let rest = query.trim();
  while (rest !== "") {
    const clause = CLAUSE.exec(rest);
    if (clause === null) throw unreadable(query);
    tests.push(testOf(clause));
    rest = rest.slice(clause[0].length);
    const joined = JOINT.exec(rest);
    if (joined === null) {
      if (rest !== "") throw unreadable(query);
      break;
    }
    const word = (joined[1] ?? "").toUpperCase();
    // Real Stripe refuses a mixture: it has no parentheses.
    if (joint !== undefined && joint !== word) throw unreadable(query);
    joint = word;
    rest = rest.slice(joined[0].length);
  }
  if (tests.length === 0) throw unreadable(query);
  return (object) =>
    joint === "OR" ? tests.some((test) => test(object)) : tests.every((test) => test(object));
}

function testOf(clause: RegExpExecArray): Test {
  const [, minus, field = "", key, operator = ":", double, single, bare] = clause;
  const wanted = (double ?? single ?? bare ?? "").replace(/\\(.)/g, "$1");
  const test: Test = (object) => {
    const holder = key === undefined ? object : (object[field] as Json | undefined);
    const value = holder?.[key ?? field];
    if (wanted === "null" && bare !== undefined) return value === null || value === undefined;
    if (value === null || value === undefined) return false;
    const text = String(value);
    if (operator === ":") return text.toLowerCase() === wanted.toLowerCase();
    if (operator === "~") return text.toLowerCase().includes(wanted.toLowerCase());
    const [left, right] = [Number(text), Number(wanted)];
    if (operator === ">") return left > right;
    if (operator === "<") return left < right;
    return operator === ">=" ? left >= right : left <= right;
  };
  return minus === "-" ? (object) => !test(object) : test;
}

function unreadable(query: string): Error {
  return invalid(`We were unable to parse your search query: ${query}`, undefined, "query");
}
