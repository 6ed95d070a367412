/** References of a body and its lines: they must exist and, where they are being set, be active. */
import type { Books } from "./books.ts";
import type { Merged } from "./merge-patch.ts";
import type { Patch } from "./read-body.ts";
import type { FieldSpec, RecordSpec } from "./record-specs.ts";
import { invalidFieldValue } from "./refusal.ts";
import type { Body, StoredRecord } from "./types.ts";

/**
 * Checks the fields and sublists that the patch touches; what stands untouched is not looked at
 * again, so a record of a customer deactivated later can still be read and its memo changed.
 * Throws the invalid-field-value refusal, the same for missing and for inactive [obs].
 */
export function checkReferences(
  books: Books,
  spec: RecordSpec,
  patch: Patch,
  merged: Merged,
): void {
  for (const name of Object.keys(patch.fields)) {
    const field = spec.fields.get(name.toLowerCase());
    if (field !== undefined) checkField(books, field, merged.body, field.name);
  }
  for (const name of Object.keys(patch.sublists)) {
    const sub = spec.sublists.get(name.toLowerCase());
    for (const [index, line] of (merged.sublists[name] ?? []).entries()) {
      for (const field of sub?.fields.values() ?? []) {
        checkField(books, field, line, `${name}.items[${index}].${field.name}`);
      }
    }
  }
}

function checkField(books: Books, field: FieldSpec, body: Body, path: string): void {
  const value = body[field.name];
  if (field.group === undefined || value === undefined) return;
  for (const id of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) {
    const record = books.get(field.group, id);
    if (record === undefined || isInactive(record)) {
      throw invalidFieldValue(field.name.toLowerCase(), id, path);
    }
  }
}

export function isInactive(record: StoredRecord): boolean {
  return record.body["isInactive"] === true;
}
