/** `POST /invoice/{id}/!transform/{target}`: a new document that begins as a copy of another. */

import { fromMinor } from "./amounts.ts";
import { remaining } from "./applications.ts";
import type { Books } from "./books.ts";
import type { LinePatch, Patch } from "./read-body.ts";
import { userError } from "./refusal.ts";
import { digitsOf } from "./transaction-terms.ts";
import type { FieldValue, RecordType, StoredRecord } from "./types.ts";

/**
 * The patch that creates the target: what the source gives, overlaid by the body of the request.
 * Invoices turn into credit memos (all lines) and payments (what is due), both applied to the
 * invoice; every other pair is refused. Throws a Refusal.
 */
export function transformedBody(
  books: Books,
  source: StoredRecord,
  target: RecordType,
  own: Patch,
): Patch {
  if (source.type !== "invoice" || (target !== "creditMemo" && target !== "customerPayment")) {
    throw userError("That type of record cannot be transformed.");
  }
  const { body, sublists } = source;
  const due = fromMinor(remaining(books, source), digitsOf(books, String(body["currency"])));
  const apply: LinePatch = { doc: source.id, apply: true };
  const fields: Record<string, FieldValue | null> = { currency: body["currency"] ?? null };
  const lines: Record<string, readonly LinePatch[]> = { apply: [apply] };
  if (target === "customerPayment") {
    fields["customer"] = body["entity"] ?? null;
    fields["payment"] = due;
  } else {
    fields["entity"] = body["entity"] ?? null;
    fields["taxDetailsOverride"] = true;
    lines["item"] = sublists["item"] ?? [];
    lines["taxDetails"] = sublists["taxDetails"] ?? [];
  }
  return {
    externalId: own.externalId,
    fields: { ...fields, ...own.fields },
    sublists: { ...lines, ...own.sublists },
  };
}
