/**
 * What an acceptance is about: a document that may stand in a target as it stands, although it is
 * not what we sent. It covers the drift that the case tells, and no later one of the same document.
 */
import { z } from "zod";
import type { Session } from "../store/database.ts";
import type { AcceptableCase } from "../store/drift-cases.ts";
import { lockDriftCase } from "../store/drift-cases.ts";
import { operationsErrors } from "./errors.ts";
import { idOf, moneyWire, uuidOf, wireOf } from "./values.ts";

export const ACCEPT = "accept-difference";

export const acceptanceReasons = [
  "corrected-in-target",
  "booked-by-hand",
  "not-ours",
  "immaterial",
  "other",
] as const;

export const acceptanceContent = z.strictObject({
  exception: z.string(),
  title: z.string(),
  target: z.string(),
  document: z.string(),
  /** The same text for the same drift: what changed since is another content. */
  drift: z.string(),
  message: z.string(),
  object: z.string().optional(),
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
  reasonCode: z.enum(acceptanceReasons),
  note: z.string().optional(),
});

export type AcceptanceContent = z.infer<typeof acceptanceContent>;

/** The open case of a drift, locked. Throws E_OPERATIONS_NOTHING_TO_REPAIR. */
export async function findAcceptable(session: Session, id: string): Promise<AcceptableCase> {
  const found = await lockDriftCase(session, uuidOf("exception", id));
  if (found?.state === "open") return found;
  throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: `${id} of a drift` });
}

export function acceptanceOf(
  found: AcceptableCase,
  { reasonCode, note }: Pick<AcceptanceContent, "reasonCode" | "note">,
): AcceptanceContent {
  return {
    exception: idOf("exception", found.id),
    title: found.title,
    target: found.target,
    document: found.document,
    drift: found.drift,
    message: found.message,
    object: found.object ?? undefined,
    legalEntity: found.legal_entity ?? undefined,
    amount: wireOf(found.amount_minor, found.currency),
    reasonCode,
    note,
  };
}
