/**
 * Who made the last change of a transaction, from SuiteQL's system notes.
 *
 * Columns as third parties list them (recordid, recordtypeid, date, name, context, field, oldvalue,
 * newvalue); that -30 stands for transactions is unconfirmed. Without the permission "System Notes"
 * a user sees only the notes of their own changes (vendor: "System Notes Overview"), and notes go
 * with a record that is deleted (vendor: "Searching System Notes"). So a note counts only when it
 * was written together with the change; else nobody is named.
 */
import { epochMs } from "../../kernel/clock.ts";
import { isTieoutError } from "../../kernel/errors.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { ObservedDocument } from "../kit/observe.ts";
import { readLocal } from "./account-time.ts";
import type { NetSuiteClient } from "./client.ts";
import { queryPage } from "./suiteql.ts";

/** So many documents a query: at most a few people changed each of them last. */
const AT_ONCE = 200;
const SAME_CHANGE_MS = 5000;

interface Note {
  readonly by: string;
  readonly context: string | undefined;
  readonly atMs: number;
}

/** Adds to each document who changed it last and how, where NetSuite tells. */
export async function withWho(
  client: NetSuiteClient,
  documents: readonly ObservedDocument[],
  zone: string,
): Promise<ObservedDocument[]> {
  const out: ObservedDocument[] = [];
  for (let from = 0; from < documents.length; from += AT_ONCE) {
    const some = documents.slice(from, from + AT_ONCE);
    const notes = await lastNotes(client, some, zone);
    for (const document of some) {
      const note = notes.get(document.externalId);
      const apart = note === undefined ? 0 : Math.abs(note.atMs - epochMs(document.changedAt));
      out.push(
        note === undefined || apart > SAME_CHANGE_MS
          ? document
          : { ...document, changedBy: note.by, changeKind: note.context },
      );
    }
  }
  return out;
}

async function lastNotes(
  client: NetSuiteClient,
  documents: readonly ObservedDocument[],
  zone: string,
): Promise<Map<string, Note>> {
  const ids = documents.map((one) => one.externalId).join(", ");
  // One row a document and person: the table has no key to page along.
  const rows = await permitted(() =>
    queryPage(
      client,
      "SELECT recordid, name, context, MAX(TO_CHAR(date, 'YYYY-MM-DD HH24:MI:SS')) AS at " +
        `FROM systemnote WHERE recordtypeid = -30 AND recordid IN (${ids}) ` +
        "GROUP BY recordid, name, context ORDER BY recordid",
    ),
  );
  const people = await employees(client, [
    ...new Set(rows.map((row) => textAt(row, "name") ?? "")),
  ]);
  const last = new Map<string, Note>();
  for (const row of rows) {
    const record = textAt(row, "recordid") ?? "";
    const id = textAt(row, "name");
    const at = readLocal(textAt(row, "at") ?? "", zone);
    if (id === undefined || at === undefined) continue;
    const atMs = epochMs(at);
    if (atMs < (last.get(record)?.atMs ?? 0)) continue;
    last.set(record, { by: people.get(id) ?? `user ${id}`, context: textAt(row, "context"), atMs });
  }
  return last;
}

async function employees(
  client: NetSuiteClient,
  ids: readonly string[],
): Promise<Map<string, string>> {
  // Ids below zero are NetSuite's own users, such as the system.
  const known = ids.filter((id) => /^\d+$/.test(id));
  if (known.length === 0) return new Map();
  const rows = await permitted(() =>
    queryPage(client, `SELECT id, entityid FROM employee WHERE id IN (${known.join(", ")})`),
  );
  return new Map(rows.map((row) => [textAt(row, "id") ?? "", textAt(row, "entityid") ?? ""]));
}

/** A table that the role may not read tells nobody; every other failure is one. */
async function permitted(
  read: () => Promise<readonly JsonObject[]>,
): Promise<readonly JsonObject[]> {
  try {
    return await read();
  } catch (thrown) {
    if (!isTieoutError(thrown, "E_NETSUITE_READ_FAILED")) throw thrown;
    if (!/^(400|403) /.test(String(thrown.details["detail"]))) throw thrown;
    return [];
  }
}
