/**
 * Verifies an evidence file with nothing but the file: makes every hash again, from the content of
 * a row to the chain of blocks, and names what is not as it was sealed.
 *
 * What it cannot see by itself: newest blocks that were cut off, and a ledger that somebody wrote
 * anew from the first block on. Both show against a block hash that was kept elsewhere (`roots`).
 */
import type { Hasher } from "../../kernel/hashing.ts";
import { hex } from "../../kernel/hex.ts";
import { evidenceTables } from "../../store/evidence-tables.ts";
import { operationsErrors } from "../errors.ts";
import type { FileEnd, FileHead } from "./evidence-file.ts";
import { FORMAT, NO_CONTENT } from "./evidence-file.ts";
import type { OpenBlock, RowState } from "./open-block.ts";
import { idTexts, openBlock, parseArray, parseBlock } from "./open-block.ts";

export interface Problem {
  readonly what: string;
  readonly ids: readonly string[];
  readonly detail: string;
}

export interface EvidenceReport {
  readonly blocks: number;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
  /** Bodies and rows that are not there any more, on purpose and with a sealed record of it. */
  readonly replaced: number;
  readonly retired: number;
  /** The records by which rows are gone, with how many each accounts for. */
  readonly retirements: readonly Retirement[];
  readonly newest: { readonly number: number; readonly hash: string } | undefined;
  readonly unsealed: FileEnd["unsealed"] | undefined;
}

export interface Retirement {
  readonly table: string;
  /** When it was recorded; UTC, as the ledger wrote it. */
  readonly at: string;
  readonly reason: string;
  readonly rows: number;
}

interface Place {
  readonly table: string;
  readonly id: string;
  readonly block: number;
}

interface Change {
  readonly kind: unknown;
  readonly table: unknown;
  readonly row: string;
  readonly upto: string | null;
  readonly newHash: string | null;
  readonly at: string;
  readonly reason: string;
}

/** Rows of one table that a block holds and the file does not: retired months are millions. */
interface Missing {
  readonly table: string;
  readonly block: number;
  /** Their ids, 16 bytes each. */
  readonly ids: Buffer;
}

/** What is known while the file is read. */
interface Reading {
  readonly hasher: Hasher;
  readonly roots: ReadonlyMap<number, string>;
  readonly from: number;
  readonly problems: Problem[];
  readonly rows: Record<string, number>;
  readonly contents: (Place & { readonly hash: string })[];
  readonly missing: Missing[];
  readonly changes: Change[];
  readonly met: Set<number>;
  head: FileHead | undefined;
  end: FileEnd | undefined;
  block: OpenBlock | undefined;
  last: { readonly number: number; readonly hash: string; readonly uptoTx: number } | undefined;
}

const WORDS: Readonly<Record<Exclude<RowState, "exact">, string>> = {
  changed: "changed row of",
  twice: "repeated row of",
  foreign: "added row of",
};

const DETAILS: Readonly<Record<Exclude<RowState, "exact">, string>> = {
  changed: "it is not the row that was sealed in it",
  twice: "the file has it more than once",
  foreign: "it was not there when it was sealed",
};

/**
 * `roots`: hash by number of blocks that were exported or countersigned before. `from`: the block
 * that must come first; what a file says of itself proves nothing. Throws
 * E_OPERATIONS_EVIDENCE_FILE when the first line is not that of an evidence file.
 */
export async function verifyEvidence(
  hasher: Hasher,
  lines: AsyncIterable<string>,
  roots: ReadonlyMap<number, string> = new Map(),
  from = 1,
): Promise<EvidenceReport> {
  const reading: Reading = {
    ...{ hasher, roots, from, problems: [], rows: {}, contents: [], missing: [], changes: [] },
    ...{ met: new Set(), head: undefined, end: undefined, block: undefined, last: undefined },
  };
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (!readLine(reading, line)) {
      const detail = "it is not a line of an evidence file, or stands behind its end";
      reading.problems.push({
        what: "line that is not understood",
        ids: [`line ${number}`],
        detail,
      });
    }
  }
  return finish(reading);
}

function readLine(reading: Reading, line: string): boolean {
  const [kind, ...fields] = line.split("\t");
  const [first = "", second = "", third = ""] = fields;
  if (reading.head === undefined) {
    reading.head = kind === "H" ? readHead(first) : undefined;
    if (reading.head === undefined) throw operationsErrors.E_OPERATIONS_EVIDENCE_FILE();
    return true;
  }
  if (reading.end !== undefined) return false;
  if (kind === "B" && fields.length === 3) return readBlock(reading, first, second, third);
  if (kind === "R" && fields.length === 2) return readRow(reading, first, second);
  if (kind === "E") reading.end = parseObject<FileEnd>(first);
  return kind === "E" && reading.end !== undefined;
}

function readHead(text: string): FileHead | undefined {
  const head = parseObject<FileHead>(text);
  return head?.format === FORMAT ? head : undefined;
}

function parseObject<Shape>(text: string): Shape | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Shape) : undefined;
  } catch {
    return undefined;
  }
}

function readBlock(reading: Reading, line: string, hash: string, manifest: string): boolean {
  closeBlock(reading);
  const head = parseBlock(line);
  if (head === undefined) return false;
  const problem = (what: string, detail: string, id = head.number): void =>
    void reading.problems.push({ what, ids: [`block ${id}`], detail });
  const made = hex(reading.hasher.sha256(line));
  if (made !== hash) problem("changed block", "its hash is not that of its line");
  checkPlace(reading, head, problem);
  const known = reading.roots.get(head.number);
  if (known !== undefined && known !== made) {
    problem("another block than was exported", `its hash is ${made}, exported was ${known}`);
  }
  reading.met.add(head.number);
  reading.last = { number: head.number, hash: made, uptoTx: head.uptoTx };
  reading.block = openBlock(reading.hasher, head, Buffer.from(manifest, "base64"));
  return true;
}

type Head = OpenBlock["head"];

/** A block continues the one before it, by number, hash and range; the first continues nothing. */
function checkPlace(
  reading: Reading,
  head: Head,
  problem: (what: string, detail: string, id?: number) => void,
): void {
  const first = reading.from;
  const before = reading.last;
  const due = before === undefined ? first : before.number + 1;
  for (let number = due; number < head.number; number += 1) {
    problem("missing block", "the chain has a gap; its rows are not in the file", number);
  }
  if (head.number < due) problem("block out of place", `block ${due} is due`);
  if (head.number !== due) return;
  if (before === undefined) {
    if (first === 1 && (head.fromTx !== 0 || !/^0{64}$/.test(head.previous))) {
      problem("block that does not begin the chain", "something stood before it");
    }
  } else if (head.previous !== before.hash || head.fromTx !== before.uptoTx) {
    problem("block that does not continue the one before", "its link names another");
  }
}

function readRow(reading: Reading, line: string, content: string): boolean {
  const { block, hasher } = reading;
  const fields = parseArray(line);
  const [table, id] = fields ?? [];
  if (block === undefined || fields === undefined) return false;
  if (typeof table !== "string" || typeof id !== "string") return false;
  reading.rows[table] = (reading.rows[table] ?? 0) + 1;
  const place = { table, id, block: block.head.number };
  const state = block.add(table, id, hasher.sha256(line));
  if (state !== "exact" && block.sound) tell(reading, WORDS[state], place, DETAILS[state]);
  const hash = content === NO_CONTENT ? "" : hex(hasher.sha256(Buffer.from(content, "base64")));
  if (hash !== fields.at(-1)) reading.contents.push({ ...place, hash });
  if (table === "evidence_change" && state === "exact") {
    reading.changes.push(changeOf(fields, content));
  }
  return true;
}

function tell(reading: Reading, what: string, place: Place, detail: string): void {
  const { table, id, block } = place;
  reading.problems.push({
    what: `${what} ${table}`,
    ids: [id],
    detail: `block ${block}: ${detail}`,
  });
}

const changeColumns = [
  "",
  ...(evidenceTables.find((t) => t.name === "evidence_change")?.line ?? []),
];

function changeOf(fields: readonly unknown[], content: string): Change {
  const at = (column: string): unknown => fields[changeColumns.indexOf(column)];
  return {
    kind: at("kind"),
    table: at("table_name"),
    row: String(at("row_id")),
    upto: at("upto_id") as string | null,
    newHash: at("new_hash") as string | null,
    at: String(at("at")),
    // field(reason): the number of its bytes, a colon, the text, a semicolon.
    reason: Buffer.from(content, "base64")
      .toString("utf8")
      .replace(/^\d+:|;$/g, ""),
  };
}

function closeBlock(reading: Reading): void {
  const { block } = reading;
  if (block === undefined) return;
  reading.block = undefined;
  const { number } = block.head;
  if (block.sound) {
    for (const [table, ids] of block.missing()) reading.missing.push({ table, block: number, ids });
    return;
  }
  const detail = block.rowsGiveRoot()
    ? "its manifest does not give its root; the rows in the file do"
    : "neither its manifest nor the rows in the file give its root";
  reading.problems.push({ what: "changed block", ids: [`block ${number}`], detail });
}

/** What is not as it was is tampering, unless a sealed record says that it was done on purpose. */
function finish(reading: Reading): EvidenceReport {
  closeBlock(reading);
  const { changes, problems, end, rows, met, roots } = reading;
  const newHashes = new Map<string, string | null>();
  for (const one of changes) {
    if (one.kind === "replaced") newHashes.set(`${one.table} ${one.row}`, one.newHash);
  }
  const foreign = reading.contents.filter((c) => newHashes.get(`${c.table} ${c.id}`) !== c.hash);
  for (const one of foreign) {
    tell(reading, "changed content of", one, "it is not what its row_hash was taken over");
  }
  const { gone, retirements } = accountFor(reading.missing, changes);
  for (const one of gone) tell(reading, "missing row of", one, "it was sealed and is not there");
  for (const number of [...roots.keys()].filter((one) => !met.has(one))) {
    const detail = "it was exported before and is not in the file";
    problems.push({ what: "missing block", ids: [`block ${number}`], detail });
  }
  const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
  if (end === undefined || end.rows !== count || end.blocks !== met.size) {
    const detail = end === undefined ? "its last line is lacking" : "its end counts other lines";
    problems.push({ what: "incomplete file", ids: ["end"], detail });
  }
  return {
    blocks: met.size,
    rows,
    problems,
    replaced: reading.contents.length - foreign.length,
    retired: retirements.reduce((sum, one) => sum + one.rows, 0),
    retirements,
    newest: reading.last && { number: reading.last.number, hash: reading.last.hash },
    unsealed: end?.unsealed,
  };
}

interface Account {
  readonly gone: readonly Place[];
  readonly retirements: readonly Retirement[];
}

/** Which of the missing rows a retirement accounts for; the first record of a row counts it. */
function accountFor(missing: readonly Missing[], changes: readonly Change[]): Account {
  const records = changes
    .filter(({ kind, upto }) => kind === "retired" && upto !== null)
    .map((change) => ({ change, rows: 0 }));
  const gone: Place[] = [];
  for (const { table, block, ids } of missing) {
    const own = records.filter(({ change }) => change.table === table);
    for (const id of idTexts(ids)) {
      // Ids compare as texts: lower case, fixed width.
      const record = own.find(({ change }) => change.row <= id && id < (change.upto ?? ""));
      if (record === undefined) gone.push({ table, id, block });
      else record.rows += 1;
    }
  }
  const retirements = records
    .filter(({ rows }) => rows > 0)
    .map(({ change: { table, at, reason }, rows }) => ({ table: String(table), at, reason, rows }));
  return { gone, retirements };
}
