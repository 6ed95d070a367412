/**
 * Objects that a handoff waits for and that no event has told us of: each is fetched from its
 * source and enters as a fact of origin `list`. An object the source does not know
 * is marked gone; what waits for it becomes an exception at its deadline.
 */
import type { SourceConnection } from "../connectors/kit/source.ts";
import { parseObjectKey } from "../contracts/envelope.ts";
import { messageOf } from "../kernel/errors.ts";
import type { Pool } from "../store/database.ts";
import type { Fact } from "../store/fact-rows.ts";
import { claimWantedObjects, finishWantedObject } from "../store/wanted-objects.ts";
import type { FactMaker } from "./fact-maker.ts";
import { makeFactOfRaw } from "./make-fact.ts";
import type { StoreVerdict } from "./store-facts.ts";

export interface Fetching {
  readonly maker: FactMaker;
  readonly pool: Pool;
  readonly store: (facts: readonly Fact[]) => Promise<StoreVerdict[]>;
  readonly sources: ReadonlyMap<string, SourceConnection>;
}

/** Fetches up to `most` objects; returns how many it brought in. */
export async function fetchMissing(fetching: Fetching, most: number): Promise<number> {
  const wanted = await claimWantedObjects(fetching.pool, most);
  let fetched = 0;
  for (const one of wanted) {
    const key = one.object;
    const source = fetching.sources.get(parseObjectKey(key).connection);
    try {
      const raw = await source?.fetch?.(key);
      if (raw === undefined) {
        await finishWantedObject(fetching.pool, one, "gone", "the source does not know it");
        continue;
      }
      const fact = makeFactOfRaw(fetching.maker, source as SourceConnection, raw, "list");
      const [verdict] = await fetching.store([fact]);
      if (verdict?.kind === "failed") throw verdict.cause;
      await finishWantedObject(fetching.pool, one, "done", fact.deadLetter?.reason ?? null);
      fetched += 1;
    } catch (thrown) {
      await finishWantedObject(fetching.pool, one, "wanted", messageOf(thrown));
    }
  }
  return fetched;
}
