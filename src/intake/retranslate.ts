/**
 * Translates dead letters anew, after a connector or a contract was mended. The stored bytes are
 * taken in as if they had just arrived; what is understood now turns into events and closes its
 * letter, what is not counts one more try.
 */
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { Pool } from "../store/database.ts";
import { readDeadLetterBodies } from "../store/read-dead-letter-bodies.ts";
import type { FactMaker } from "./fact-maker.ts";
import { makeFact } from "./make-fact.ts";
import type { FactStore } from "./store-facts.ts";
import { storeFacts } from "./store-facts.ts";

export interface RetranslateReport {
  readonly tried: number;
  readonly understood: number;
  /** Letters of connections that are not configured here, or without their bytes; left alone. */
  readonly foreign: number;
}

const PAGE = 200;

export async function retranslate(
  pool: Pool,
  maker: FactMaker,
  store: FactStore,
  sources: ReadonlyMap<string, SourceConnection>,
): Promise<RetranslateReport> {
  const report = { tried: 0, understood: 0, foreign: 0 };
  for (let after = ""; ; ) {
    const letters = await readDeadLetterBodies(pool, store.keyring, after, PAGE);
    const last = letters.at(-1);
    if (last === undefined) return report;
    after = last.inbound_id;
    const known = letters.filter(
      (letter) => sources.has(letter.connection) && letter.body !== undefined,
    );
    report.foreign += letters.length - known.length;
    const facts = known.map((letter) =>
      makeFact(
        maker,
        sources.get(letter.connection) as SourceConnection,
        letter.body as Uint8Array,
        letter.origin,
      ),
    );
    const verdicts = facts.length === 0 ? [] : await storeFacts(store, facts);
    report.tried += facts.length;
    report.understood += verdicts.filter((verdict) => verdict.kind === "stored").length;
  }
}
