/**
 * The file in which evidence leaves the ledger (docs/evidence.md): lines of fields separated by
 * tabs, which JSON text and base64 never contain, so that it can be read with the plainest tools.
 *
 * H  what the file is: format, the columns of each table
 * B  a block: its line, the SHA-256 of that, its manifest
 * R  a sealed row: its line, its content
 * E  the end: how many blocks and rows there were, and what is not sealed yet
 */
import type { Session } from "../../store/database.ts";
import { evidenceTables, FORM } from "../../store/evidence-tables.ts";
import { countTail, readEvidence } from "../../store/read-evidence.ts";

export const FORMAT = "tieout-evidence-1";

/** In place of a content that must be there and is not; base64 has no such character. */
export const NO_CONTENT = "~";

export interface FileHead {
  readonly format: string;
  readonly form: number;
  /** The first block in the file; 1 in a whole export. */
  readonly from: string;
  readonly exportedAt: string;
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

export interface FileEnd {
  readonly blocks: number;
  readonly rows: number;
  readonly unsealed: { readonly rows: number; readonly oldestSeconds: number };
}

/** Lines without line ends, from block `from` on. */
export async function* evidenceLines(
  session: Session,
  from: string,
  exportedAt: string,
): AsyncIterable<string> {
  const tables = Object.fromEntries(evidenceTables.map(({ name, line }) => [name, line]));
  const head: FileHead = { format: FORMAT, form: FORM, from, exportedAt, tables };
  yield `H\t${JSON.stringify(head)}`;
  let [blocks, rows] = [0, 0];
  for await (const part of readEvidence(session, from)) {
    if (part.kind === "block") {
      blocks += 1;
      const { line, hash, manifest } = part.block;
      yield `B\t${line}\t${hash.toString("hex")}\t${manifest.toString("base64")}`;
    } else {
      rows += 1;
      yield `R\t${part.row.line}\t${part.row.content?.toString("base64") ?? NO_CONTENT}`;
    }
  }
  const tail = await countTail(session);
  const unsealed = { rows: tail.rows, oldestSeconds: Math.round(tail.oldest_seconds) };
  const end: FileEnd = { blocks, rows, unsealed };
  yield `E\t${JSON.stringify(end)}`;
}
