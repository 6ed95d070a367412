/**
 * A patch onto what is there. The trap that is reproduced here on purpose [doc: "Working with
 * Sublists"]: lines of a body are *added* to a record that exists, by PUT as by PATCH, unless they
 * carry the sublist's key or the sublist is named in `?replace=`. A PUT sent twice doubles an
 * invoice.
 */
import type { LinePatch, Patch } from "./read-body.ts";
import type { RecordSpec, SublistSpec } from "./record-specs.ts";
import type { Body, FieldValue, Line, StoredRecord, Sublists } from "./types.ts";

export interface Merged {
  readonly externalId: string | null;
  readonly body: Body;
  readonly sublists: Sublists;
}

/** Sublists named in `?replace=item,apply`, lower case. */
export function replaceList(value: string | null): ReadonlySet<string> {
  return new Set((value ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

/** The record's content after the patch; nothing is checked yet. */
export function mergePatch(
  spec: RecordSpec,
  before: StoredRecord | undefined,
  patch: Patch,
  replace: ReadonlySet<string>,
): Merged {
  const externalId =
    patch.externalId === undefined ? (before?.externalId ?? null) : patch.externalId;
  const body = mergeFields(before?.body ?? {}, patch.fields);
  const sublists: Record<string, readonly Line[]> = { ...before?.sublists };
  for (const [name, lines] of Object.entries(patch.sublists)) {
    const sub = spec.sublists.get(name.toLowerCase());
    if (sub === undefined) continue;
    const kept = replace.has(name.toLowerCase()) ? [] : (sublists[name] ?? []);
    sublists[name] = mergeLines(sub, kept, lines);
  }
  return { externalId, body, sublists };
}

function mergeFields(before: Body, changes: LinePatch): Body {
  const after: Record<string, FieldValue> = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete after[name];
    else after[name] = value;
  }
  return after;
}

function mergeLines(
  sub: SublistSpec,
  kept: readonly Line[],
  patches: readonly LinePatch[],
): Line[] {
  const lines = [...kept];
  for (const patch of patches) {
    const key = patch[sub.key];
    const at = key === undefined ? -1 : lines.findIndex((line) => line[sub.key] === key);
    const before = lines[at];
    if (before === undefined) lines.push(numbered(sub, mergeFields({}, patch), lines));
    else lines[at] = recomputed(before, patch);
  }
  return lines;
}

/** A changed quantity or rate computes the amount anew, as the form does. */
function recomputed(before: Line, patch: LinePatch): Line {
  const after = mergeFields(before, patch);
  const priced = patch["quantity"] !== undefined || patch["rate"] !== undefined;
  if (!priced || patch["amount"] !== undefined) return after;
  const { amount: _stale, ...rest } = after;
  return rest;
}

function numbered(sub: SublistSpec, line: Line, lines: readonly Line[]): Line {
  if (sub.key !== "line" || line["line"] !== undefined) return line;
  const highest = lines.reduce((top, one) => Math.max(top, Number(one["line"] ?? 0)), 0);
  return { ...line, line: String(highest + 1) };
}
