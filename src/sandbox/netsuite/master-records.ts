/** Customers, items and accounts: required fields and what must be unique. */
import type { Books } from "./books.ts";
import type { Merged } from "./merge-patch.ts";
import { missingValues, userError } from "./refusal.ts";
import type { Composed } from "./sales-documents.ts";
import type { Body, FieldValue, RecordType, StoredRecord } from "./types.ts";

export interface MasterWrite {
  readonly books: Books;
  readonly type: RecordType;
  readonly id: string;
  readonly merged: Merged;
  readonly before: StoredRecord | undefined;
}

/** Checks a record that is not a transaction and fills its defaults. Throws a Refusal. */
export function composeMaster(write: MasterWrite): Composed {
  const { sublists, body } = write.merged;
  const defaults: Record<string, FieldValue> = { isInactive: false };
  // An account's own record type has the rules its owner gave it: none here.
  if (write.type === "customrecord_tieout_ledger") return { body, sublists, facts: null };
  if (write.type === "customer") Object.assign(defaults, customerDefaults(write));
  else if (write.type === "account") checkAccount(body);
  else checkItem(write);
  return { body: { ...defaults, ...body }, sublists, facts: null };
}

function customerDefaults(write: MasterWrite): Record<string, FieldValue> {
  const { body } = write.merged;
  if (body["isPerson"] === true) {
    const missing = [
      ...(isBlank(body["firstName"]) ? ["First Name"] : []),
      ...(isBlank(body["lastName"]) ? ["Last Name"] : []),
    ];
    if (missing.length > 0) throw missingValues(missing);
  } else if (isBlank(body["companyName"])) {
    // [obs] this text, and not the "Please enter value(s) for" of the other fields.
    throw userError("You must enter a value for Company Name.");
  }
  if (body["subsidiary"] === undefined) throw missingValues(["Primary Subsidiary"]);
  const subsidiary = write.books.get("subsidiary", String(body["subsidiary"]));
  refuseSameName(write, "entityId");
  return {
    isPerson: false,
    currency: subsidiary?.body["currency"] ?? "1",
    entityId: `CUST${write.id}`,
  };
}

function checkItem(write: MasterWrite): void {
  const { body } = write.merged;
  if (isBlank(body["itemId"])) throw missingValues(["Item Name/Number"]);
  if (body["incomeAccount"] === undefined) throw missingValues(["Income Account"]);
  refuseSameName(write, "itemId");
}

function checkAccount(body: Body): void {
  const missing = [
    ...(isBlank(body["acctName"]) ? ["Name"] : []),
    ...(body["acctType"] === undefined ? ["Type"] : []),
  ];
  if (missing.length > 0) throw missingValues(missing);
}

/** Names are unique within the group; both texts are [mem]. */
function refuseSameName(write: MasterWrite, field: "entityId" | "itemId"): void {
  const name = write.merged.body[field];
  if (typeof name !== "string" || write.before?.body[field] === name) return;
  const holder = write.books.idByName(field === "entityId" ? "entity" : "item", name);
  if (holder === undefined || holder === write.id) return;
  throw userError(
    field === "entityId"
      ? "A customer record with this ID already exists. " +
          "You must enter a unique customer ID for each record you create."
      : "Uniqueness error - there is already an item with that name.",
  );
}

function isBlank(value: FieldValue | undefined): boolean {
  return value === undefined || value === "";
}
