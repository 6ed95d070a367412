/**
 * Takes a party out of bodies and messages. Each page is a transaction, and what is erased already
 * is left alone: it may stop anywhere and begin again.
 */
import { parseObjectKey } from "../../contracts/envelope.ts";
import { contractFor } from "../../contracts/registry.ts";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import type { BodyKind, StoredRow } from "../../store/bodies.ts";
import { erasedBody, openBodies, sealBody } from "../../store/bodies.ts";
import { contentHash } from "../../store/content-hash.ts";
import { inTransaction } from "../../store/database.ts";
import { ERASED } from "../../store/erase-texts.ts";
import type { PartyAttempt } from "../../store/find-party.ts";
import { eachLooseBody, findAttemptsOf, findInboundBodies } from "../../store/find-party.ts";
import type {
  ReplacedBody,
  ReplacedOutcome,
  Replacement,
  StoredAct,
} from "../../store/replace-bodies.ts";
import {
  findAuditWith,
  replaceAudit,
  replaceBodies,
  replaceOutcomes,
} from "../../store/replace-bodies.ts";
import { closeErasedLetters, scrubMessages } from "../../store/scrub-messages.ts";
import type { OperationContext } from "../operation.ts";
import type { HeldParty } from "./party-data.ts";
import { mentions } from "./party-data.ts";

const PAGE = 200;

export interface BodyPlan {
  readonly inbound: readonly StoredRow[];
  readonly attempts: readonly StoredRow[];
  readonly outcomes: readonly PartyAttempt[];
  /** Events from before personal fields were ciphered. */
  readonly clearEvents: HeldParty["events"];
  readonly audit: readonly StoredAct[];
}

/** What would give way. Reads every message that became no event. */
export async function planBodies(context: OperationContext, held: HeldParty): Promise<BodyPlan> {
  const { pool, keyring } = context;
  const inbounds = [...new Set(held.events.map((one) => one.inbound_id))];
  const inbound: StoredRow[] = [];
  const own = await findInboundBodies(pool, inbounds);
  for (const { row } of await opened(context, "inbound", own)) inbound.push(row);
  const { id: sourceId } = parseObjectKey(held.party);
  for await (const page of eachLooseBody(pool)) {
    for (const { row, body } of await opened(context, "inbound", page)) {
      if (mentions(body, sourceId, held.identifying)) inbound.push(row);
    }
  }
  const attempts = await findAttemptsOf(
    pool,
    held.handoffs.map((one) => one.id),
  );
  const once = [...new Map(attempts.map((one) => [one.id, one])).values()];
  return {
    inbound,
    attempts: (await opened({ keyring }, "attempt", once)).map(({ row }) => row),
    outcomes: attempts.filter((one) => one.answer !== null || quotes(held, one.message)),
    clearEvents: held.events.filter((one) => one.key_id === null && isPersonal(one)),
    audit: held.identifying.length === 0 ? [] : await findAuditWith(pool, held.identifying),
  };
}

function isPersonal({ type, contract_version, content }: HeldParty["events"][number]): boolean {
  const parted = contractFor(type, contract_version)?.part(content);
  return (parted?.personal.length ?? 0) > 0;
}

function quotes(held: HeldParty, message: string | null): boolean {
  const text = message?.toLowerCase() ?? "";
  return held.own.some((term) => text.includes(term));
}

/** Those that can still be read. */
async function opened(
  { keyring }: Pick<OperationContext, "keyring">,
  kind: BodyKind,
  rows: readonly StoredRow[],
): Promise<{ row: StoredRow; body: Uint8Array }[]> {
  const bodies = await openBodies(keyring, kind, rows);
  return rows.flatMap((row, index) => {
    const body = bodies[index];
    return body === undefined ? [] : [{ row, body }];
  });
}

/** Returns how many messages of cases and the like gave way. */
export async function eraseBodies(
  context: OperationContext,
  held: HeldParty,
  plan: BodyPlan,
): Promise<number> {
  const { hasher } = context;
  await eraseWhole(context, "inbound", plan.inbound);
  await eraseWhole(context, "attempt", plan.attempts);
  const outcomes = plan.outcomes.map((one): ReplacedOutcome => {
    const message = quotes(held, one.message) ? ERASED : (one.message ?? undefined);
    const newHash = contentHash(hasher, [message, undefined]);
    return { ...changeOf(context, one.outcome_id ?? "", newHash), message };
  });
  for (const page of pagesOf(outcomes)) {
    await inTransaction(context.pool, (session) => replaceOutcomes(session, page, ERASED));
  }
  for (const page of pagesOf(plan.clearEvents)) {
    const rows = page.map(({ id, type, contract_version, content }): ReplacedBody => {
      const clear = contractFor(type, contract_version)?.part(content).clear ?? content;
      const bytes = new TextEncoder().encode(canonicalJson(clear));
      return { ...changeOf(context, id, hasher.sha256(bytes)), bytes };
    });
    await inTransaction(context.pool, (session) => replaceBodies(session, "event", rows, ERASED));
  }
  return inTransaction(context.pool, async (session) => {
    const acts = plan.audit.map((act) => ({
      ...act,
      changeId: uuidV7(context.clock, context.random),
    }));
    await replaceAudit(session, acts, ERASED);
    await closeErasedLetters(
      session,
      plan.inbound.map((row) => row.id),
    );
    return scrubMessages(session, held.identifying);
  });
}

function changeOf(context: OperationContext, id: string, newHash: Uint8Array): Replacement {
  return { id, changeId: uuidV7(context.clock, context.random), newHash };
}

/** Ciphered anew under the same key: the column that names it is sealed and stays. */
async function eraseWhole(
  context: OperationContext,
  table: BodyKind,
  rows: readonly StoredRow[],
): Promise<void> {
  const { pool, keyring, hasher } = context;
  for (const page of pagesOf(rows)) {
    const keys = await keyring.numbered(page.map((row) => row.key_id));
    const replaced = page.map(({ id, key_id }): ReplacedBody => {
      const key = key_id === null ? undefined : keys.get(key_id);
      const bytes =
        key === undefined ? erasedBody : sealBody(keyring, key, table, id, erasedBody).bytes;
      return { ...changeOf(context, id, hasher.sha256(bytes)), bytes };
    });
    await inTransaction(pool, (session) => replaceBodies(session, table, replaced, ERASED));
  }
}

function* pagesOf<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length; at += PAGE) yield rows.slice(at, at + PAGE);
}
