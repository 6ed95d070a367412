/**
 * Stores a group of facts in one transaction: ciphered first, then identities, then what is new.
 * When the group fails it is tried once more, then each fact alone, so that one poisoned fact never
 * fails its neighbours and a deadlock or a cut connection is not taken for poison.
 */
import type { Hasher } from "../kernel/hashing.ts";
import { uuidFromHash } from "../kernel/ids.ts";
import type { IdentityVerdict } from "../store/claim-identities.ts";
import { claimIdentities } from "../store/claim-identities.ts";
import type { Pool } from "../store/database.ts";
import { inTransaction } from "../store/database.ts";
import type { EventRow, Fact, StoredFact } from "../store/fact-rows.ts";
import { insertConflict } from "../store/insert-conflict.ts";
import { insertFacts } from "../store/insert-facts.ts";
import type { Keyring } from "../store/keyring.ts";
import { noticeTies } from "../store/notice-ties.ts";
import { openDeadLetterCases } from "../store/open-dead-letter-cases.ts";
import { insertPartyWords } from "../store/party-words.ts";
import { reviveIdentity } from "../store/revive-identity.ts";
import { sealFacts } from "../store/seal-facts.ts";

/**
 * stored      new, and now kept for good
 * duplicate   told before with the same content
 * conflict    told before with other content; both are kept and a person decides
 */
export type StoreVerdict =
  | { readonly kind: "stored" | "duplicate" | "conflict" }
  | { readonly kind: "failed"; readonly cause: unknown };

export interface FactStore {
  readonly pool: Pool;
  readonly hasher: Hasher;
  readonly keyring: Keyring;
  /** Called with the facts of a committed group that are new, and which handoffs are ready now. */
  readonly onCommitted: (facts: readonly Fact[], ready: ReadonlySet<string>) => void;
}

/** One verdict a fact, in the order given. */
export async function storeFacts(
  store: FactStore,
  facts: readonly Fact[],
): Promise<StoreVerdict[]> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      return await storeGroup(store, await sealFacts(store.keyring, store.hasher, facts));
    } catch (cause) {
      if (facts.length === 1 && tries === 1) return [{ kind: "failed", cause }];
    }
  }
  const verdicts: StoreVerdict[] = [];
  for (const fact of facts) verdicts.push(...(await storeFacts(store, [fact])));
  return verdicts;
}

async function storeGroup(store: FactStore, facts: readonly StoredFact[]): Promise<StoreVerdict[]> {
  const { unique, repeats } = sortUnique(facts);
  const verdicts = new Map<StoredFact, StoreVerdict>();
  const plain = unique.filter(isPlain);
  const claimed = plain.length === 0 ? [] : await storePlain(store, plain);
  for (const fact of claimed) verdicts.set(fact, { kind: "stored" });
  const rest = unique.filter((fact) => !verdicts.has(fact));
  if (rest.length + repeats.conflicts.length > 0) await storeRest(store, rest, repeats, verdicts);
  for (const fact of repeats.same) verdicts.set(fact, { kind: "duplicate" });
  return facts.map((fact) => verdicts.get(fact) as StoreVerdict);
}

/** Nothing but its rows follows: no dead letter, no name, no state that could tie with another. */
function isPlain(fact: StoredFact): boolean {
  return fact.verdict !== "dead" && fact.words.length === 0 && statesOf([fact]).length === 0;
}

/** One statement, its own transaction: the way of most facts. Returns those that were new. */
async function storePlain(store: FactStore, facts: readonly StoredFact[]): Promise<StoredFact[]> {
  const { claimed, ready } = await insertFacts(store.pool, facts, true);
  const fresh = facts.filter((fact) => claimed.has(fact.inbound.id));
  if (fresh.length > 0) store.onCommitted(fresh, ready);
  return fresh;
}

async function storeRest(
  store: FactStore,
  facts: readonly StoredFact[],
  repeats: SortedFacts["repeats"],
  verdicts: Map<StoredFact, StoreVerdict>,
): Promise<void> {
  const fresh: StoredFact[] = [];
  const ready = await inTransaction(store.pool, async (session) => {
    // What contradicts the first telling of its group may still be what the ledger has: the
    // others are compared with it as well, once the first has its place.
    for (const told of [facts, repeats.conflicts]) {
      const found = told.length === 0 ? [] : await claimIdentities(session, told);
      for (const [index, fact] of told.entries()) {
        const verdict = found[index] as IdentityVerdict;
        if (verdict === "new") fresh.push(fact);
        else if (verdict === "was-dead" && (await reviveIdentity(session, fact))) fresh.push(fact);
        if (verdict === "conflict") await keepConflict(store, session, fact);
        verdicts.set(fact, { kind: storeVerdict(verdict, fresh.includes(fact)) });
      }
    }
    const inserted = fresh.length > 0 ? await insertFacts(session, fresh, false) : undefined;
    await noticeTies(session, statesOf(fresh));
    await openDeadLetterCases(session, fresh);
    await insertPartyWords(
      session,
      fresh.flatMap((fact) => fact.words),
    );
    return inserted?.ready ?? new Set<string>();
  });
  if (fresh.length > 0) store.onCommitted(fresh, ready);
}

/** The events whose handoffs set a state in an ordered target: there, which is later matters. */
function statesOf(facts: readonly StoredFact[]): EventRow[] {
  const states = facts
    .flatMap((fact) => fact.handoffs)
    .filter((handoff) => handoff.effect === "state" && handoff.ordered);
  return [...new Set(states.map((handoff) => handoff.event))];
}

function storeVerdict(
  verdict: IdentityVerdict,
  isFresh: boolean,
): "stored" | "duplicate" | "conflict" {
  if (isFresh) return "stored";
  return verdict === "conflict" ? "conflict" : "duplicate";
}

async function keepConflict(
  store: FactStore,
  session: Parameters<typeof insertConflict>[0],
  fact: StoredFact,
): Promise<void> {
  const both = new Uint8Array([...Buffer.from(fact.identity), ...fact.stableHash]);
  await insertConflict(session, uuidFromHash(0, store.hasher.sha256(both)), fact);
}

interface SortedFacts {
  readonly unique: StoredFact[];
  readonly repeats: { readonly same: StoredFact[]; readonly conflicts: StoredFact[] };
}

/** The first telling of each identity in the group, sorted; the others beside it. */
function sortUnique(facts: readonly StoredFact[]): SortedFacts {
  const first = new Map<string, StoredFact>();
  const repeats = { same: [] as StoredFact[], conflicts: [] as StoredFact[] };
  for (const fact of facts) {
    const known = first.get(fact.identity);
    if (known === undefined) first.set(fact.identity, fact);
    else if (Buffer.compare(known.stableHash, fact.stableHash) === 0) repeats.same.push(fact);
    else repeats.conflicts.push(fact);
  }
  const unique = [...first.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1));
  return { unique, repeats };
}
