/**
 * Translates dead letters anew, after a connector or a contract was mended. The stored bytes are
 * taken in as if they had just arrived; what is understood now turns into events and closes its
 * letter, what is not counts one more try. A letter that could not even be identified is found by
 * its message, for what comes of it has another identity.
 */
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { Pool } from "../store/database.ts";
import type { Fact } from "../store/fact-rows.ts";
import type { DeadLetterBody } from "../store/read-dead-letter-bodies.ts";
import { readDeadLetterBodies } from "../store/read-dead-letter-bodies.ts";
import { closeIdentified } from "../store/revive-identity.ts";
import type { FactMaker } from "./fact-maker.ts";
import { makeFact } from "./make-fact.ts";
import type { FactStore, StoreVerdict } from "./store-facts.ts";
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
    const tries = known.map((letter): Omit<Try, "verdict"> => {
      const source = sources.get(letter.connection) as SourceConnection;
      const fact = makeFact(maker, source, letter.body as Uint8Array, letter.origin);
      return { letter, fact };
    });
    const facts = tries.map(({ fact }) => fact);
    const verdicts = facts.length === 0 ? [] : await storeFacts(store, facts);
    const tried = tries.map((one, index) => ({ ...one, verdict: verdicts[index] as StoreVerdict }));
    const closed = await closeIdentified(pool, tried.flatMap(identified));
    report.tried += tried.length;
    report.understood += tried.filter(
      ({ letter, fact, verdict }) =>
        fact.verdict !== "dead" && (verdict.kind === "stored" || closed.has(letter.inbound_id)),
    ).length;
  }
}

interface Try {
  readonly letter: DeadLetterBody;
  readonly fact: Fact;
  readonly verdict: StoreVerdict;
}

/** The message of a letter whose bytes are kept under another identity than its own. */
function identified({ letter, fact, verdict }: Try): string[] {
  const kept = verdict.kind === "stored" || verdict.kind === "duplicate";
  return kept && fact.identity !== letter.identity ? [letter.inbound_id] : [];
}
