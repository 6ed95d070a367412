/**
 * From bytes to a fact that can be stored: read, identify, translate, check the contract, route.
 *
 * Nothing here waits and nothing here fails: what cannot be understood becomes a dead letter with
 * its reason, because the source must get its 2xx and a person must get to see the bytes.
 */

import { isAscii } from "node:buffer";
import type { FactIdentity, SourceConnection, Translation } from "../connectors/kit/source.ts";
import type { EventDraft, Origin } from "../contracts/envelope.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { instant } from "../kernel/clock.ts";
import type { ErrorFactory } from "../kernel/errors.ts";
import { isTieoutError, messageOf } from "../kernel/errors.ts";
import { hex } from "../kernel/hex.ts";
import { uuidFromHash, uuidV7 } from "../kernel/ids.ts";
import type { Json } from "../kernel/strict-json.ts";
import { parseStrictJson } from "../kernel/strict-json.ts";
import type { Fact, InboundRow } from "../store/fact-rows.ts";
import { intakeErrors } from "./errors.ts";
import type { FactMaker } from "./fact-maker.ts";
import type { FactRows } from "./make-rows.ts";
import { makeRows } from "./make-rows.ts";

/** Deep enough for every vendor's documents, shallow enough for any parser. */
const LIMITS = { maxDepth: 64 };

const utf8 = new TextDecoder("utf-8", { fatal: true });

interface Understood {
  readonly factId: string;
  readonly kind: string;
  readonly occurredMs: number;
  readonly stable: string;
  readonly translation: Translation;
}

/** Makes the fact of a raw body. Never throws, whatever it holds and a connector or flow does. */
export function makeFact(
  maker: FactMaker,
  source: SourceConnection,
  body: Uint8Array,
  origin: Origin,
): Fact {
  const receivedMs = maker.clock.now();
  const read = readBody(body);
  const understood =
    "dead" in read
      ? unreadable(maker, body, read.dead)
      : understand(maker, source, read.raw, origin, body);
  return assemble(maker, source, understood, body, origin, receivedMs);
}

/** Makes the fact of a raw that a sweep or a fetch brought; its bytes are its canonical JSON. */
export function makeFactOfRaw(
  maker: FactMaker,
  source: SourceConnection,
  raw: Json,
  origin: Origin,
): Fact {
  const body = new TextEncoder().encode(canonicalJson(raw));
  return makeFact(maker, source, body, origin);
}

type Dead = Extract<Translation, { kind: "dead" }>;

function readBody(body: Uint8Array): { raw: Json } | { dead: Dead } {
  let text: string;
  try {
    // Most bodies are plain ASCII, for which the decoder's checks are the dearer half of reading.
    text = isAscii(body)
      ? Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1")
      : utf8.decode(body);
  } catch {
    return { dead: { kind: "dead", code: "E_JSON_ENCODING", reason: "The body is not UTF-8." } };
  }
  try {
    return { raw: parseStrictJson(text, LIMITS) };
  } catch (thrown) {
    const code = isTieoutError(thrown) ? thrown.code : "E_INTAKE_UNREADABLE";
    return { dead: { kind: "dead", code, reason: messageOf(thrown) } };
  }
}

/** A body without an identity of its own is identified by its bytes. */
function unreadable(maker: FactMaker, body: Uint8Array, dead: Dead): Understood {
  const digest = hex(maker.hasher.sha256(body));
  return {
    factId: `body:${digest}`,
    kind: "unreadable",
    // No time of its own and none of ours: copies of one broken body are one dead letter for good.
    occurredMs: 0,
    stable: digest,
    translation: dead,
  };
}

function understand(
  maker: FactMaker,
  source: SourceConnection,
  raw: Json,
  origin: Origin,
  body: Uint8Array,
): Understood {
  const identified = identifySafely(source, raw);
  if ("dead" in identified) return unreadable(maker, body, identified.dead);
  const { factId, kind, occurredMs } = identified.identity;
  return {
    factId,
    kind,
    occurredMs,
    stable: identified.stable,
    translation: translateSafely(source, raw, origin, kind),
  };
}

type Identified = { readonly identity: FactIdentity; readonly stable: string };

/**
 * One identity and its content together or neither: under an identity kept with other content the
 * same fact, understood later, would be a contradiction.
 */
function identifySafely(source: SourceConnection, raw: Json): Identified | { readonly dead: Dead } {
  try {
    const identified = source.identify(raw);
    if (identified.ok) {
      const { identity } = identified;
      return { identity, stable: canonicalJson(identity.stable) };
    }
    const { code, reason } = identified;
    return { dead: { kind: "dead", code, reason } };
  } catch (thrown) {
    return { dead: deadBy(thrown, intakeErrors.E_INTAKE_TRANSLATOR_FAILED, "message") };
  }
}

/** A translator that throws has a bug; the fact is kept as a dead letter and translated later. */
function translateSafely(
  source: SourceConnection,
  raw: Json,
  origin: Origin,
  kind: string,
): Translation {
  try {
    return source.translate(raw, origin);
  } catch (thrown) {
    return deadBy(thrown, intakeErrors.E_INTAKE_TRANSLATOR_FAILED, kind);
  }
}

/** A flow that throws is no reason to refuse a message either: it is mended here, not there. */
function makeRowsSafely(
  maker: FactMaker,
  inbound: InboundRow,
  drafts: readonly EventDraft[],
): FactRows | { code: string; reason: string } {
  try {
    return makeRows(maker, inbound, drafts);
  } catch (thrown) {
    return deadBy(thrown, intakeErrors.E_INTAKE_ROUTING_FAILED, inbound.kind);
  }
}

/** A refusal says itself why; anything else is a defect, and is named as one. */
function deadBy(thrown: unknown, defect: ErrorFactory, kind: string): Dead {
  const refused = isTieoutError(thrown) && thrown.class === "reject";
  const error = refused ? thrown : defect({ kind, reason: messageOf(thrown) });
  return { kind: "dead", code: error.code, reason: error.message };
}

function assemble(
  maker: FactMaker,
  source: SourceConnection,
  understood: Understood,
  body: Uint8Array,
  origin: Origin,
  receivedMs: number,
): Fact {
  const { factId, kind, occurredMs } = understood;
  const identityHash = maker.hasher.sha256(`${source.connection}\n${factId}`);
  const inbound: InboundRow = {
    id: uuidV7(maker.clock, maker.random),
    connection: source.connection,
    factId,
    kind,
    origin,
    receivedAt: instant(receivedMs),
    body,
  };
  const base = {
    identity: uuidFromHash(occurredMs, identityHash),
    stableHash: maker.hasher.sha256(understood.stable),
    inbound,
  };
  const none = { events: [], handoffs: [], skips: [] };
  const { translation } = understood;
  if (translation.kind === "ignored") {
    const { rule } = translation;
    return { ...base, ...none, verdict: "ignored", rule, deadLetter: undefined };
  }
  const rows =
    translation.kind === "events"
      ? makeRowsSafely(maker, inbound, translation.events)
      : translation;
  if ("code" in rows) {
    const deadLetter = { code: rows.code, reason: rows.reason };
    return { ...base, ...none, verdict: "dead", rule: undefined, deadLetter };
  }
  return { ...base, ...rows, verdict: "events", rule: undefined, deadLetter: undefined };
}
