/**
 * Documents that a listing should have shown and did not. A listing proves nothing by what it
 * leaves out, so each is read by its id, and one of ours by its reference with a read that does
 * not lag, before it is called deleted.
 */
import type { ObservedDocument } from "../../connectors/kit/observe.ts";
import type { KnownEffect } from "../../store/find-confirmed.ts";
import { findKnownEffects } from "../../store/find-confirmed.ts";
import { keyText, readObservations } from "../../store/observations.ts";
import { judgeDocuments, sentOf } from "./judge-documents.ts";
import type { Judged, Tally, Watch } from "./observation.ts";
import { inPieces, stopIfAsked } from "./observation.ts";
import { recordVerdicts } from "./record-verdicts.ts";

export interface Missing {
  readonly type: string;
  readonly externalId: string;
  readonly reference: string | undefined;
}

/** Looks for each of them; what is there is judged as usual, what is gone becomes a case. */
export async function findMissing(
  watch: Watch,
  tally: Tally,
  watchingSince: string,
  missing: readonly Missing[],
): Promise<void> {
  for (const type of new Set(missing.map((one) => one.type))) {
    for await (const piece of inPieces(missing.filter((one) => one.type === type))) {
      const found: ObservedDocument[] = [];
      const ids = [...new Set(piece.map((one) => one.externalId))];
      for await (const document of watch.observer.read(type, ids)) found.push(document);
      await judgeDocuments(watch, tally, watchingSince, found);
      const there = new Set(found.map((one) => one.externalId));
      await proveGone(
        watch,
        tally,
        piece.filter((one) => !there.has(one.externalId)),
      );
    }
  }
}

async function proveGone(watch: Watch, tally: Tally, missing: readonly Missing[]): Promise<void> {
  if (missing.length === 0) return;
  const { pool, target } = watch;
  const references = missing.flatMap((one) => one.reference ?? []);
  const effects = await findKnownEffects(pool, watch.keyring, target.connection, references, []);
  const byReference = new Map(effects.map((effect) => [effect.reference, effect]));
  const before = await readObservations(pool, target.connection, missing);
  const judged: Judged[] = [];
  for (const one of missing) {
    stopIfAsked(watch);
    const effect = byReference.get(one.reference ?? "");
    // Nobody knows yet whether it was made; it is looked for again.
    if (effect !== undefined && effect.confirmed_at === null) continue;
    const ours = effect?.external_id === one.externalId ? effect : undefined;
    if (ours !== undefined && !(await isGone(watch, tally, one, ours))) continue;
    const seen = before.get(keyText(one));
    judged.push({
      document: {
        type: one.type,
        externalId: one.externalId,
        reference: one.reference,
        number: seen?.number ?? undefined,
        state: "deleted",
        amount: amountOf(seen?.amount_minor, seen?.currency),
        date: seen?.day ?? undefined,
      },
      effect: ours,
      // A stranger that is gone again leaves nothing to settle.
      verdict: { kind: ours === undefined ? "not-ours" : "deleted" },
      lastSeenAt: seen?.seen_at,
    });
  }
  await recordVerdicts(watch, tally, judged);
}

async function isGone(
  watch: Watch,
  tally: Tally,
  one: Missing,
  effect: KnownEffect,
): Promise<boolean> {
  const sent = sentOf(effect);
  // Without the request there is nothing to compare with; two readings that lack it must do.
  if (sent === undefined) return true;
  const proof = await watch.observer.compare(effect.operation, effect.reference, sent);
  if (proof.kind === "failed") {
    tally.incomplete.push(`${one.type} ${one.externalId}: ${proof.message}`);
  }
  return proof.kind === "absent";
}

function amountOf(minor: string | null | undefined, currency: string | null | undefined) {
  if (minor === null || minor === undefined) return undefined;
  if (currency === null || currency === undefined) return undefined;
  return { minor: BigInt(minor), currency };
}
