/** `/services/rest/record/v1`: create, read, change, upsert, delete, list, transform. */
import { createHash } from "node:crypto";
import { isTieoutError } from "../../kernel/errors.ts";
import { parseStrictJson } from "../../kernel/strict-json.ts";
import type { SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Books } from "./books.ts";
import { replaceList } from "./merge-patch.ts";
import type { BodyReader } from "./read-body.ts";
import { checkExternalId, readBody, strictness } from "./read-body.ts";
import type { RecordSpec } from "./record-specs.ts";
import { findSpec } from "./record-specs.ts";
import {
  invalidContent,
  invalidParameter,
  noSuchRecord,
  Refusal,
  userError,
  wrongTransactionType,
} from "./refusal.ts";
import type { RenderOptions } from "./render-record.ts";
import { renderRecord, renderSublist } from "./render-record.ts";
import { TOKEN_USER } from "./system-notes.ts";
import { transformedBody } from "./transform-record.ts";
import type { EffectOrigin, StoredRecord } from "./types.ts";
import type { Account, Write } from "./write-record.ts";
import { createRecord, deleteRecord, updateRecord } from "./write-record.ts";

/** A record request with who sent it; async requests run later but keep their sender. */
export interface RecordCall {
  readonly request: Pick<SandboxRequest, "headers" | "method" | "params" | "query" | "text">;
  readonly nonce: string;
  readonly origin: EffectOrigin;
}

export interface RecordRoom extends Account {
  readonly customFields: ReadonlySet<string>;
}

const RECORD_BASE = "/services/rest/record/v1";
const SINGULAR = "application/vnd.oracle.resource+json; type=singular; charset=UTF-8";
const COLLECTION = "application/vnd.oracle.resource+json; type=collection; charset=UTF-8";
const PAGE = 1000;
const MOST_ROWS = 100_000;

/** Runs one record request to its end. Throws a Refusal; then nothing has happened. */
export function handleRecord(room: RecordRoom, call: RecordCall): SandboxAnswer {
  const { method, params } = call.request;
  const spec = specNamed(params["type"] ?? "");
  if (params["target"] !== undefined) return transform(room, call, spec, params["target"]);
  if (params["id"] === undefined) {
    if (method === "POST") return post(room, call, spec);
    if (method === "GET") return list(room, call, spec);
    throw new Refusal(400, "INVALID_REQUEST", "Batch operations are not part of this stand-in.");
  }
  if (method === "PUT") return put(room, call, spec, params["id"]);
  const record = recordAt(room.books, spec, params["id"]);
  if (method === "GET") return read(room, call, record);
  if (method === "DELETE") {
    deleteRecord(room, record, contextOf(call));
    return { status: 204 };
  }
  const changed = updateRecord(room, writeOf(room, call, spec, false), record);
  return written(call, changed);
}

function specNamed(type: string): RecordSpec {
  const spec = findSpec(type);
  // Code and text [mem].
  if (spec === undefined) {
    throw new Refusal(404, "INVALID_RECORD_TYPE", `Record type '${type}' does not exist.`);
  }
  return spec;
}

function post(room: RecordRoom, call: RecordCall, spec: RecordSpec): SandboxAnswer {
  return written(call, createRecord(room, writeOf(room, call, spec, false)));
}

/**
 * PUT by external id is the upsert [doc]; by internal id it is an update. The external id of the
 * path is the record's; one in the body that differs is refused [mem].
 */
function put(room: RecordRoom, call: RecordCall, spec: RecordSpec, key: string): SandboxAnswer {
  const write = writeOf(room, call, spec, true);
  if (!key.startsWith("eid:")) {
    return written(call, updateRecord(room, write, recordAt(room.books, spec, key)));
  }
  const externalId = checkExternalId(key.slice(4));
  const { patch } = write;
  const inBody = patch.externalId;
  if (inBody !== undefined && inBody?.toLowerCase() !== externalId.toLowerCase()) {
    throw invalidContent("The external ID in the body differs from the one in the URL.");
  }
  const before = room.books.byExternalId(spec.group, externalId);
  if (before === undefined) {
    return written(call, createRecord(room, { ...write, patch: { ...patch, externalId } }));
  }
  if (before.type !== spec.type) throw userError("This entity already exists.");
  return written(
    call,
    updateRecord(room, { ...write, patch: { ...patch, externalId: undefined } }, before),
  );
}

function transform(
  room: RecordRoom,
  call: RecordCall,
  spec: RecordSpec,
  target: string,
): SandboxAnswer {
  const into = specNamed(target);
  const source = recordAt(room.books, spec, call.request.params["id"] ?? "");
  const write = writeOf(room, call, into, false);
  const patch = transformedBody(room.books, source, into.type, write.patch);
  return written(call, createRecord(room, { ...write, patch }));
}

function read(room: RecordRoom, call: RecordCall, record: StoredRecord): SandboxAnswer {
  const options = renderOptions(call);
  const { sublist } = call.request.params;
  if (sublist === undefined) {
    return answer(renderRecord(room.books, record, options), SINGULAR);
  }
  const lines = renderSublist(room.books, record, sublist, options);
  if (lines === undefined) throw noSuchRecord();
  return answer(lines, COLLECTION);
}

/** `GET /{type}`: ids and links only; `q` understands one condition, `field IS "value"`. */
function list(room: RecordRoom, call: RecordCall, spec: RecordSpec): SandboxAnswer {
  const { query } = call.request;
  const { limit, offset } = pageOf(query);
  const q = query.get("q");
  const found = /^\s*(\w+)\s+IS\s+"?([^"]*)"?\s*$/i.exec(q ?? "");
  if (q !== null && found === null) throw invalidParameter(`Invalid query: ${q}`);
  const [, field = "", value = ""] = found ?? [];
  const matches = [...room.books.all(spec.group)].filter(
    (one) => one.type === spec.type && (q === null || hasValue(one, spec, field, value)),
  );
  const base = baseOf(call);
  const items = matches.slice(offset, offset + limit).map(({ id }) => ({
    links: [{ rel: "self", href: `${base}/${spec.type}/${id}` }],
    id,
  }));
  return answer({ links: [], ...pageFacts(items, matches.length, offset) }, COLLECTION);
}

function hasValue(record: StoredRecord, spec: RecordSpec, field: string, value: string): boolean {
  if (field.toLowerCase() === "externalid") {
    return record.externalId?.toLowerCase() === value.toLowerCase();
  }
  const known = spec.fields.get(field.toLowerCase());
  if (known?.kind !== "text") throw invalidParameter(`Invalid query field: ${field}`);
  return record.body[known.name] === value;
}

/** `limit` 1–1000, `offset` a multiple of it [doc]. */
export function pageOf(query: URLSearchParams): { limit: number; offset: number } {
  const limit = Number(query.get("limit") ?? PAGE);
  const offset = Number(query.get("offset") ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE) {
    throw invalidParameter("The limit must be a number between 1 and 1000.");
  }
  if (!Number.isInteger(offset) || offset < 0 || offset % limit !== 0) {
    throw invalidParameter("The offset must be a number divisible by the limit.");
  }
  return { limit, offset };
}

/**
 * The facts of a page. Past 100,000 rows the list simply ends [obs]: `hasMore` is false there and
 * the total says 100,000, whatever the truth.
 */
export function pageFacts(items: readonly unknown[], total: number, offset: number) {
  const visible = Math.min(total, MOST_ROWS);
  return {
    count: items.length,
    hasMore: offset + items.length < visible,
    items,
    offset,
    totalResults: visible,
  };
}

/** Finds by internal id or `eid:`. An id of another transaction type has its own refusal [obs]. */
function recordAt(books: Books, spec: RecordSpec, key: string): StoredRecord {
  const record = key.startsWith("eid:")
    ? books.byExternalId(spec.group, checkExternalId(key.slice(4)))
    : books.get(spec.group, key);
  if (record === undefined) throw noSuchRecord();
  if (record.type === spec.type) return record;
  throw spec.group === "transaction" ? wrongTransactionType() : noSuchRecord();
}

function writeOf(room: RecordRoom, call: RecordCall, spec: RecordSpec, upsert: boolean): Write {
  const { headers, query } = call.request;
  const reader: BodyReader = {
    validation: {
      names: strictness(
        headers["x-netsuite-propertynamevalidation"],
        "X-NetSuite-PropertyNameValidation",
        "Warning",
      ),
      values: strictness(
        headers["x-netsuite-propertyvaluevalidation"],
        "X-NetSuite-PropertyValueValidation",
        "Error",
      ),
    },
    customFields: room.customFields,
    internalId: (group, externalId) => room.books.byExternalId(group, externalId)?.id,
  };
  const patch = readBody(spec, parseBody(call.request.text()), reader);
  return {
    spec,
    patch,
    replace: replaceList(query.get("replace")),
    context: contextOf(call),
    upsert,
  };
}

/** The JSON of a body; an empty one is an empty object. Throws a Refusal. */
export function parseBody(text: string): unknown {
  if (text === "") return {};
  try {
    return parseStrictJson(text, { maxDepth: 32 });
  } catch (thrown) {
    if (!isTieoutError(thrown)) throw thrown;
    // [mem]
    throw invalidContent("The request body is not valid JSON.");
  }
}

function contextOf(call: RecordCall) {
  const body = call.request.text();
  const requestHash = createHash("sha256").update(body).digest("hex");
  return { origin: call.origin, nonce: call.nonce, requestHash, by: TOKEN_USER };
}

/** 204 and where the record is; whether it was created or changed is not said [doc]. */
function written(call: RecordCall, record: StoredRecord): SandboxAnswer {
  return { status: 204, headers: { location: `${baseOf(call)}/${record.type}/${record.id}` } };
}

function renderOptions(call: RecordCall): RenderOptions {
  const { query } = call.request;
  const fields = (query.get("fields") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return {
    base: baseOf(call),
    expand: query.get("expandSubResources")?.toLowerCase() === "true",
    fields: new Set(fields.filter((name) => name !== "")),
  };
}

function baseOf(call: RecordCall): string {
  return `http://${String(call.request.headers.host ?? "localhost")}${RECORD_BASE}`;
}

function answer(body: unknown, type: string): SandboxAnswer {
  return jsonAnswer(200, body, { "content-type": type });
}
