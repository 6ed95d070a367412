/** A record as SuiteTalk shows it: references with links, sublists folded unless expanded. */
import { dateInZone, instant } from "../../kernel/clock.ts";
import { fromMinor, wireNumber } from "./amounts.ts";
import { remaining, unapplied } from "./applications.ts";
import type { Books } from "./books.ts";
import type { FieldSpec, RecordSpec } from "./record-specs.ts";
import { specOf } from "./record-specs.ts";
import { digitsOf } from "./transaction-terms.ts";
import type { FieldValue, Line, RecordGroup, StoredRecord } from "./types.ts";

export interface RenderOptions {
  /** `http://host/services/rest/record/v1` */
  readonly base: string;
  readonly expand: boolean;
  /** Names of `?fields=`, lower case; empty for all. */
  readonly fields: ReadonlySet<string>;
}

type Rendered = Record<string, unknown>;

/** The JSON of a record. */
export function renderRecord(books: Books, record: StoredRecord, options: RenderOptions): Rendered {
  const spec = specOf(record.type);
  const self = `${options.base}/${record.type}/${record.id}`;
  const all: Rendered = {
    links: selfLink(self),
    id: record.id,
    ...(record.externalId === null ? {} : { externalId: record.externalId }),
    ...bodyFields(books, spec, record, options),
    ...dates(books, record),
    ...computedFields(books, record),
    refName: refName(record),
  };
  for (const sub of spec.sublists.values()) {
    const lines = record.sublists[sub.name] ?? [];
    all[sub.name] = options.expand
      ? expanded(lines.map((line) => renderLine(books, sub.fields, line, options)))
      : { links: selfLink(`${self}/${sub.name}`) };
  }
  if (options.fields.size === 0) return all;
  const wanted = (name: string) => name === "links" || options.fields.has(name.toLowerCase());
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted(name)));
}

/** A sublist on its own: `GET /invoice/12/item`. */
export function renderSublist(
  books: Books,
  record: StoredRecord,
  name: string,
  options: RenderOptions,
): Rendered | undefined {
  const sub = specOf(record.type).sublists.get(name.toLowerCase());
  if (sub === undefined) return undefined;
  const lines = record.sublists[sub.name] ?? [];
  return expanded(lines.map((line) => renderLine(books, sub.fields, line, options)));
}

/** The name that other records show for this one. */
export function refName(record: StoredRecord): string {
  const { body } = record;
  const names = ["tranId", "companyName", "itemId", "acctName", "name", "periodName", "entityId"];
  const found = names.map((name) => body[name]).find((value) => typeof value === "string");
  return typeof found === "string" ? found : record.id;
}

/** Open or Paid In Full and their kin [obs for invoices, mem for the others]. */
export function statusOf(books: Books, record: StoredRecord): { id: string; refName: string } {
  if (record.facts?.voided === true) return { id: "voided", refName: "Voided" };
  if (record.type === "invoice") {
    return remaining(books, record) === 0n
      ? { id: "paidInFull", refName: "Paid In Full" }
      : { id: "open", refName: "Open" };
  }
  if (record.type === "creditMemo" || record.type === "customerPayment") {
    if (unapplied(books, record) === 0n) return { id: "applied", refName: "Fully Applied" };
    return record.type === "creditMemo"
      ? { id: "open", refName: "Open" }
      : { id: "notDeposited", refName: "Not Deposited" };
  }
  return record.body["approved"] === false
    ? { id: "pendingApproval", refName: "Pending Approval" }
    : { id: "posted", refName: "Approved for Posting" };
}

function bodyFields(
  books: Books,
  spec: RecordSpec,
  record: StoredRecord,
  options: RenderOptions,
): Rendered {
  const out: Rendered = {};
  for (const [name, value] of Object.entries(record.body)) {
    const field = spec.fields.get(name.toLowerCase()) ?? { name, kind: "text" };
    out[name] = renderValue(books, field, value, options);
  }
  return out;
}

function dates(books: Books, record: StoredRecord): Rendered {
  return {
    [record.type === "customer" ? "dateCreated" : "createdDate"]: wireInstant(record.createdAt),
    lastModifiedDate: wireInstant(books.modifiedAt(record)),
  };
}

/** Instants come without milliseconds [obs]. */
function wireInstant(ms: number): string {
  return instant(ms).replace(/\.\d{3}Z$/, "Z");
}

function computedFields(books: Books, record: StoredRecord): Rendered {
  const { facts } = record;
  if (facts === null) return {};
  const digits = digitsOf(books, String(record.body["currency"]));
  const show = (minor: bigint) => wireNumber(fromMinor(minor, digits));
  const out: Rendered = {
    subtotal: show(BigInt(facts.subtotal)),
    taxTotal: show(BigInt(facts.tax)),
    total: show(BigInt(facts.total)),
    status: statusOf(books, record),
  };
  if (record.type === "invoice") {
    out["amountPaid"] = show(books.applied(record.id));
    out["amountRemaining"] = show(remaining(books, record));
  } else if (record.type === "creditMemo" || record.type === "customerPayment") {
    const free = unapplied(books, record);
    out["unapplied"] = show(free);
    out["applied"] = show(BigInt(facts.total) - free);
    if (record.type === "creditMemo") out["amountRemaining"] = show(free);
  }
  return out;
}

function renderLine(
  books: Books,
  fields: ReadonlyMap<string, FieldSpec>,
  line: Line,
  options: RenderOptions,
): Rendered {
  const out: Rendered = { links: [] };
  for (const [name, value] of Object.entries(line)) {
    const field = fields.get(name.toLowerCase()) ?? { name, kind: "text" };
    out[name] = renderValue(books, field, value, options);
  }
  if (typeof out["line"] === "string") out["line"] = Number(out["line"]);
  return out;
}

function renderValue(
  books: Books,
  field: FieldSpec,
  value: FieldValue,
  options: RenderOptions,
): unknown {
  if (typeof value === "object" && !Array.isArray(value)) {
    return (value as { opaque: unknown }).opaque;
  }
  switch (field.kind) {
    case "amount":
    case "decimal":
      return wireNumber(String(value));
    case "ref":
      return renderRef(books, field.group, String(value), options);
    case "refs":
      return expanded(
        (value as readonly string[]).map((id) => renderRef(books, field.group, id, options)),
      );
    case "anyref":
    case "enum":
      return { id: value, refName: value };
    default:
      return value;
  }
}

function renderRef(
  books: Books,
  group: RecordGroup | undefined,
  id: string,
  options: RenderOptions,
): Rendered {
  const target = group === undefined ? undefined : books.get(group, id);
  if (target === undefined) return { id };
  return { links: selfLink(`${options.base}/${target.type}/${id}`), id, refName: refName(target) };
}

function selfLink(href: string) {
  return [{ rel: "self", href }];
}

function expanded(items: readonly unknown[]): Rendered {
  const { length } = items;
  return { links: [], items, totalResults: length, count: length, hasMore: false, offset: 0 };
}

/** The account's short date, as SuiteQL shows it: 1/31/2026 [obs]. */
export function accountDate(ms: number, zone: string): string {
  return shortDate(dateInZone(ms, zone));
}

/** `2026-01-31` as 1/31/2026. */
export function shortDate(date: string): string {
  const [year, month, day] = date.split("-").map(Number);
  return `${month}/${day}/${year}`;
}
