/**
 * What we meant against what is there, field by field (read-back, F22). `ours` is the body that was
 * sent; only what it says is compared. Not compared: `autoApply` (an act, not a state), tax bases,
 * rates and references (NetSuite may number tax references anew; the amounts by code count), and
 * addresses (subrecords are not expanded).
 */
import { addDecimal, parseDecimal } from "../../kernel/decimal.ts";
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { decimalAt, listAt, objectOf, textAt, valueAt } from "../kit/answers.ts";
import type { Difference } from "../kit/target.ts";

const SKIPPED = new Set([
  "addressBook",
  "apply",
  "autoApply",
  "currencyList",
  "item",
  "taxDetails",
  "taxDetailsReference",
]);
const MISSING = "(missing)";

/** Differences in the order of our fields; empty when the record says what we meant. */
export function compareRecord(ours: JsonObject, theirs: JsonObject): readonly Difference[] {
  return [
    ...compareFields("", ours, theirs),
    ...compareLines(ours, theirs),
    ...compareTaxes(ours, theirs),
    ...compareTotal(ours, theirs),
    ...compareApplied(ours, theirs),
    ...compareCurrencies(ours, theirs),
  ];
}

/** The line of `apply` that sets something against a document; undefined when there is none. */
export function appliedLine(theirs: Json, doc: string): Json | undefined {
  return listAt(theirs, "apply", "items")?.find(
    (line) => valueAt(line, "apply") !== false && idOf(valueAt(line, "doc")) === doc,
  );
}

function compareFields(at: string, ours: JsonObject, theirs: Json | undefined): Difference[] {
  const out: Difference[] = [];
  for (const [name, value] of Object.entries(ours)) {
    if (SKIPPED.has(name)) continue;
    const there = valueAt(theirs, name);
    const [mine, its] = [shown(value), shownLike(value, there)];
    if (mine !== its) out.push({ field: `${at}${name}`, ours: mine, theirs: its });
  }
  return out;
}

/** References by id, several of them as a sorted list, numbers as canonical decimals. */
function shown(value: Json | undefined): string {
  // NetSuite leaves out what is empty.
  if (value === undefined || value === null || value === "") return MISSING;
  if (typeof value === "number") return decimalText(value);
  if (typeof value !== "object") return String(value);
  const items = listAt(value, "items");
  if (items !== undefined)
    return items
      .map((one) => idOf(one) ?? MISSING)
      .sort()
      .join(" ");
  return idOf(value) ?? MISSING;
}

/** NetSuite shows some numbers as text and some references as bare ids. */
function shownLike(ours: Json, theirs: Json | undefined): string {
  if (typeof ours === "number") return decimalText(theirs);
  if (objectOf(ours) !== undefined && listAt(ours, "items") === undefined) {
    return idOf(theirs) ?? MISSING;
  }
  return typeof ours === "string" ? (idOf(theirs) ?? MISSING) : shown(theirs);
}

function decimalText(value: Json | undefined): string {
  const text = decimalAt(value);
  return text === undefined ? MISSING : parseDecimal(text);
}

/** The id of a reference, however it is shown; also a plain text. */
function idOf(value: Json | undefined): string | undefined {
  const inner = objectOf(value) === undefined ? value : valueAt(value, "id");
  if (typeof inner === "number") return String(inner);
  return typeof inner === "string" && inner !== "" ? inner : undefined;
}

function compareLines(ours: JsonObject, theirs: JsonObject): Difference[] {
  const mine = listAt(ours, "item", "items");
  if (mine === undefined) return [];
  const its = listAt(theirs, "item", "items") ?? [];
  if (mine.length !== its.length) {
    return [{ field: "item.count", ours: String(mine.length), theirs: String(its.length) }];
  }
  return mine.flatMap((line, at) => compareFields(`item[${at}].`, objectOf(line) ?? {}, its[at]));
}

/** Tax by code and amount, in any order. */
function compareTaxes(ours: JsonObject, theirs: JsonObject): Difference[] {
  if (ours["taxDetailsOverride"] !== true) return [];
  const [mine, its] = [taxTexts(ours), taxTexts(theirs)];
  return mine === its ? [] : [{ field: "taxDetails", ours: mine, theirs: its }];
}

function taxTexts(body: JsonObject): string {
  const lines = listAt(body, "taxDetails", "items") ?? [];
  const texts = lines.map(
    (line) =>
      `${idOf(valueAt(line, "taxCode")) ?? MISSING}:${decimalText(valueAt(line, "taxAmount"))}`,
  );
  return texts.sort().join(" ");
}

/** Our lines and taxes summed against NetSuite's own total. */
function compareTotal(ours: JsonObject, theirs: JsonObject): Difference[] {
  const lines = listAt(ours, "item", "items");
  if (lines === undefined || ours["taxDetailsOverride"] !== true) return [];
  let sum = parseDecimal("0");
  for (const line of lines) sum = addDecimal(sum, parseDecimal(decimalAt(line, "amount") ?? "0"));
  for (const line of listAt(ours, "taxDetails", "items") ?? []) {
    sum = addDecimal(sum, parseDecimal(decimalAt(line, "taxAmount") ?? "0"));
  }
  const total = decimalText(valueAt(theirs, "total"));
  return total === sum ? [] : [{ field: "total", ours: sum, theirs: total }];
}

/** Our applications must stand; others may have been added since. */
function compareApplied(ours: JsonObject, theirs: JsonObject): Difference[] {
  return (listAt(ours, "apply", "items") ?? []).flatMap((line) => {
    const doc = textAt(line, "doc", "id") ?? "";
    const mine = decimalText(valueAt(line, "amount"));
    const its = decimalText(valueAt(appliedLine(theirs, doc), "amount"));
    if (mine === its) return [];
    return [{ field: "apply.amount", ours: `${doc}: ${mine}`, theirs: `${doc}: ${its}` }];
  });
}

function compareCurrencies(ours: JsonObject, theirs: JsonObject): Difference[] {
  const ids = (body: JsonObject): (string | undefined)[] =>
    (listAt(body, "currencyList", "items") ?? []).map((line) => idOf(valueAt(line, "currency")));
  const there = new Set(ids(theirs));
  return ids(ours)
    .filter((id) => !there.has(id))
    .map((id) => ({ field: "currencyList", ours: id ?? MISSING, theirs: MISSING }));
}
