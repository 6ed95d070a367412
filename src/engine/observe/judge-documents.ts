/**
 * Judges documents that were seen, and records what follows. Network first, then one short
 * transaction: nothing is locked while a target is asked.
 *
 * The target is read before the ledger. So a document that was posted in between is found with its
 * effect settled or in flight, never as a stranger.
 */
import type { ObservedDocument } from "../../connectors/kit/observe.ts";
import type { PreparedCall } from "../../connectors/kit/target.ts";
import { looksLikeReference } from "../../handoffs/reference.ts";
import { epochMs } from "../../kernel/clock.ts";
import type { Confirmed, Knowledge, Verdict } from "../../reconciliation/drift.ts";
import { judge } from "../../reconciliation/drift.ts";
import type { KnownEffect } from "../../store/find-confirmed.ts";
import { findKnownEffects } from "../../store/find-confirmed.ts";
import type { Seen } from "../../store/observations.ts";
import { keyText, readObservations } from "../../store/observations.ts";
import type { Judged, Tally, Watch } from "./observation.ts";
import { stopIfAsked } from "./observation.ts";
import { recordVerdicts } from "./record-verdicts.ts";

/** One look reads so many documents whole; the rest is judged by head, and counted. */
export const MOST_COMPARED = 2000;

/**
 * A change that comes within this time of our own confirmation is taken for the one we made
 * ourselves, where the target does not say who made it; both clocks are in it.
 */
const OWN_CHANGE_MS = 60_000;

const UNSETTLED = new Set(["pending", "unknown-reference"]);

export async function judgeDocuments(
  watch: Watch,
  tally: Tally,
  watchingSince: string,
  documents: readonly ObservedDocument[],
): Promise<void> {
  const { pool, target } = watch;
  const before = await readObservations(pool, target.connection, documents);
  const fresh = lastOfEach(documents).filter((one) => !isKnown(one, before.get(keyText(one))));
  if (fresh.length === 0) return;
  const effects = await effectsOf(watch, fresh, before);
  const judged: Judged[] = [];
  for (const document of fresh) {
    stopIfAsked(watch);
    const effect = effects(document);
    const knowledge = knowledgeOf(watch, effect);
    const made = document.createdAt ?? document.changedAt;
    const head = judge(document, knowledge, {
      owned: watch.observer.owns.includes(document.type),
      isNew: epochMs(made) >= epochMs(watchingSince),
      ourShape: looksLikeReference,
    });
    const drifted = before.get(keyText(document))?.verdict === "edited";
    const verdict = await lookWhole(watch, tally, { document, effect, head, drifted });
    judged.push({ document, effect, verdict });
  }
  await recordVerdicts(watch, tally, judged);
}

/** A listing may tell a document twice; the later telling counts. */
function lastOfEach(documents: readonly ObservedDocument[]): ObservedDocument[] {
  return [...new Map(documents.map((one) => [keyText(one), one])).values()];
}

/** Listings overlap: what has not changed since it was judged needs no second look. */
function isKnown(document: ObservedDocument, seen: Seen | undefined): boolean {
  return (
    seen !== undefined &&
    !UNSETTLED.has(seen.verdict) &&
    seen.changed_at !== null &&
    epochMs(seen.changed_at) === epochMs(document.changedAt) &&
    seen.state === document.state &&
    seen.reference === (document.reference ?? null) &&
    seen.amount_minor === (document.amount?.minor.toString() ?? null) &&
    seen.day === (document.date ?? null)
  );
}

/**
 * The effect behind each document: by the reference it bears, else by its external id, for the
 * reference may be what was edited. An id means nothing without its type: only effects that make
 * documents of that type are looked at.
 */
async function effectsOf(
  watch: Watch,
  documents: readonly ObservedDocument[],
  before: ReadonlyMap<string, Seen>,
): Promise<(document: ObservedDocument) => KnownEffect | undefined> {
  const { pool, keyring, target, observer } = watch;
  const borne = documents.flatMap((one) => (one.reference === undefined ? [] : [one.reference]));
  const known = [...before.values()].flatMap((seen) => seen.reference ?? []);
  const effects = await findKnownEffects(
    pool,
    keyring,
    target.connection,
    [...new Set([...borne, ...known])],
    [...new Set(documents.map((one) => one.externalId))],
  );
  const byReference = new Map(effects.map((effect) => [effect.reference, effect]));
  const byId = new Map<string, KnownEffect>();
  for (const effect of effects) {
    const type = observer.documents[effect.operation];
    if (type === undefined || effect.external_id === null) continue;
    byId.set(keyText({ type, externalId: effect.external_id }), effect);
  }
  return (document) => byReference.get(document.reference ?? "") ?? byId.get(keyText(document));
}

export function sentOf(effect: KnownEffect): PreparedCall | undefined {
  if (effect.request === undefined) return undefined;
  return JSON.parse(Buffer.from(effect.request).toString("utf8")) as PreparedCall;
}

function knowledgeOf(watch: Watch, effect: KnownEffect | undefined): Knowledge {
  if (effect === undefined) return { kind: "nothing" };
  const { reference, external_id: externalId, amount_minor: minor, currency } = effect;
  if (effect.confirmed_at === null || externalId === null) return { kind: "in-flight" };
  const sent = sentOf(effect);
  const meant = sent === undefined ? {} : watch.observer.meant(effect.operation, sent);
  const amount =
    minor === null || currency === null ? undefined : { minor: BigInt(minor), currency };
  const confirmed: Confirmed = { reference, externalId, amount, ...meant };
  return { kind: "confirmed", confirmed };
}

interface HeadJudged {
  readonly document: ObservedDocument;
  readonly effect: KnownEffect | undefined;
  readonly head: Verdict;
  /** It was edited when last judged: whoever touched it since, only a whole look clears it. */
  readonly drifted: boolean;
}

/** A document that is right by its head may have been edited in its lines. */
async function lookWhole(watch: Watch, tally: Tally, one: HeadJudged): Promise<Verdict> {
  const { document, effect, head, drifted } = one;
  if (head.kind !== "equal" || effect === undefined) return head;
  const sent = sentOf(effect);
  if (sent === undefined) return head;
  if (!drifted) {
    if (isOwnChange(watch, document, effect)) return head;
    if (tally.compared >= MOST_COMPARED) {
      tally.byHead += 1;
      return head;
    }
  }
  tally.compared += 1;
  const found = await watch.observer.compare(effect.operation, effect.reference, sent);
  if (found.kind === "failed") {
    tally.incomplete.push(`${document.type} ${document.externalId}: ${found.message}`);
    // It changed, and nobody looked inside: it must come up again.
    return { kind: "pending" };
  }
  if (found.kind !== "found" || found.differences.length === 0) return head;
  return { kind: "edited", fields: found.differences };
}

function isOwnChange(watch: Watch, document: ObservedDocument, effect: KnownEffect): boolean {
  const { ourUser } = watch.observer;
  if (ourUser !== undefined && document.changedBy !== undefined) {
    return document.changedBy === ourUser;
  }
  const confirmed = effect.confirmed_at === null ? 0 : epochMs(effect.confirmed_at);
  return epochMs(document.changedAt) <= confirmed + OWN_CHANGE_MS;
}
