/**
 * Reads a source's own list of facts and stores what we lack: the repair of lost webhooks. Each
 * page is stored before its cursor, so a crash reads a page twice and misses none. The first pass
 * of a stream begins at the source's horizon.
 */
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { Json } from "../kernel/strict-json.ts";
import type { Pool } from "../store/database.ts";
import type { Fact } from "../store/fact-rows.ts";
import { readCursor, writeCursor } from "../store/stream-cursor.ts";
import type { FactMaker } from "./fact-maker.ts";
import { makeFactOfRaw } from "./make-fact.ts";
import type { StoreVerdict } from "./store-facts.ts";

export interface SweepReport {
  readonly connection: string;
  readonly stream: string;
  readonly seen: number;
  /** Facts that no webhook had brought, by name. */
  readonly missed: readonly { readonly factId: string; readonly kind: string }[];
  /** False when `shouldStop` ended the sweep early. */
  readonly complete: boolean;
}

export interface Sweeping {
  readonly maker: FactMaker;
  readonly pool: Pool;
  readonly store: (facts: readonly Fact[]) => Promise<StoreVerdict[]>;
  readonly shouldStop: () => boolean;
}

export async function sweepStream(
  sweeping: Sweeping,
  source: SourceConnection,
  stream: string,
): Promise<SweepReport> {
  const missed: { factId: string; kind: string }[] = [];
  let seen = 0;
  let cursor = await readCursor(sweeping.pool, source.connection, stream);
  let more = source.sweep !== undefined;
  while (more && !sweeping.shouldStop()) {
    const page = await source.sweep?.page(stream, cursor);
    if (page === undefined) break;
    const { facts, refused } = factsOf(sweeping.maker, source, page.facts);
    const verdicts = facts.length === 0 ? [] : await sweeping.store(facts);
    for (const [index, verdict] of verdicts.entries()) {
      if (verdict.kind === "failed") throw verdict.cause;
      const fact = facts[index];
      if (verdict.kind === "stored" && fact !== undefined) {
        missed.push({ factId: fact.inbound.factId, kind: fact.inbound.kind });
      }
    }
    // The page is read again until all of it is kept; what could be is kept already.
    if (refused.length > 0) throw refused[0];
    seen += facts.length;
    cursor = page.cursor;
    more = page.more;
    await writeCursor(sweeping.pool, source.connection, stream, { cursor, complete: !more });
  }
  return { connection: source.connection, stream, seen, missed, complete: !more };
}

/** One by one: a raw that no bytes can be made of must not keep its neighbours from being kept. */
function factsOf(
  maker: FactMaker,
  source: SourceConnection,
  raws: readonly Json[],
): { readonly facts: Fact[]; readonly refused: unknown[] } {
  const facts: Fact[] = [];
  const refused: unknown[] = [];
  for (const raw of raws) {
    try {
      facts.push(makeFactOfRaw(maker, source, raw, "sweep"));
    } catch (thrown) {
      refused.push(thrown);
    }
  }
  return { facts, refused };
}
