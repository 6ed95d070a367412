/** One block of an evidence file, and the rows that came after it. */
import type { Hasher } from "../../kernel/hashing.ts";
import { hex } from "../../kernel/hex.ts";
import { merkleLeaf, merkleRoot } from "../../kernel/merkle.ts";
import { ENTRY_BYTES } from "../../store/evidence-tables.ts";

/** The fields of a block's line, in their order. */
export interface BlockHead {
  readonly number: number;
  readonly fromTx: number;
  readonly uptoTx: number;
  readonly ranges: readonly (readonly [string, number])[];
  readonly rows: number;
  readonly root: string;
  readonly previous: string;
}

/** Undefined when the text is not the line of a block. */
export function parseBlock(line: string): BlockHead | undefined {
  const fields = parseArray(line);
  if (fields?.[0] !== "block" || fields.length !== 10) return undefined;
  const [, number, , fromTx, uptoTx, , ranges, rows, root, previous] = fields;
  return { number, fromTx, uptoTx, ranges, rows, root, previous } as BlockHead;
}

export function parseArray(line: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly table: string;
  readonly id: string;
  readonly digest: Buffer;
}

/** exact: as sealed; changed: its line is another; twice, foreign: it has no place here. */
export type RowState = "exact" | "changed" | "twice" | "foreign";

export interface OpenBlock {
  readonly head: BlockHead;
  /** False when the manifest does not give the block's root: then it may name wrong rows. */
  readonly sound: boolean;
  add(table: string, id: string, digest: Uint8Array): RowState;
  /** What the block holds and the file does not: ids of 16 bytes each, by table. */
  missing(): ReadonlyMap<string, Buffer>;
  /** Whether the rows that came give the root, whatever the manifest says. */
  rowsGiveRoot(): boolean;
}

export function openBlock(hasher: Hasher, head: BlockHead, manifest: Buffer): OpenBlock {
  const expected = new Map<string, Entry>();
  const seen = new Set<string>();
  const came: Buffer[] = [];
  const entries = readManifest(head, manifest);
  for (const entry of entries ?? []) expected.set(`${entry.table} ${entry.id}`, entry);
  const sound = entries !== undefined && rootOf(hasher, cut(manifest)) === head.root;
  return {
    head,
    sound,
    add(table, id, digest) {
      if (!sound) came.push(Buffer.concat([idBytes(id), digest]));
      const key = `${table} ${id}`;
      const entry = expected.get(key);
      if (entry === undefined) return "foreign";
      if (seen.has(key)) return "twice";
      seen.add(key);
      return entry.digest.equals(digest) ? "exact" : "changed";
    },
    missing() {
      const ids = new Map<string, Buffer[]>();
      for (const [key, { table, id }] of expected) {
        if (seen.has(key)) continue;
        const parts = ids.get(table) ?? [];
        parts.push(idBytes(id));
        ids.set(table, parts);
      }
      return new Map([...ids].map(([table, parts]) => [table, Buffer.concat(parts)]));
    },
    rowsGiveRoot: () => sound || rootOf(hasher, came) === head.root,
  };
}

/** Undefined when ranges and bytes do not fit together. */
function readManifest(head: BlockHead, manifest: Buffer): Entry[] | undefined {
  if (!Array.isArray(head.ranges) || manifest.length !== head.rows * ENTRY_BYTES) return undefined;
  if (head.ranges.reduce((sum, [, rows]) => sum + rows, 0) !== head.rows) return undefined;
  const tables = head.ranges.flatMap(([table, rows]) => Array<string>(rows).fill(table));
  return cut(manifest).map((bytes, index) => ({
    table: tables[index] ?? "",
    id: idText(bytes),
    digest: bytes.subarray(16),
  }));
}

function cut(manifest: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < manifest.length; at += ENTRY_BYTES) {
    parts.push(manifest.subarray(at, at + ENTRY_BYTES));
  }
  return parts;
}

function rootOf(hasher: Hasher, entries: readonly Buffer[]): string {
  return hex(
    merkleRoot(
      hasher,
      entries.map((entry) => merkleLeaf(hasher, entry)),
    ),
  );
}

function idText(entry: Buffer): string {
  const digits = entry.toString("hex", 0, 16);
  const groups = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16)];
  return [...groups, digits.slice(16, 20), digits.slice(20)].join("-");
}

/** The ids of a buffer that holds 16 bytes of each. */
export function* idTexts(ids: Buffer): Iterable<string> {
  for (let at = 0; at < ids.length; at += 16) yield idText(ids.subarray(at, at + 16));
}

function idBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}
