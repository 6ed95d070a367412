/** A proposal as operations show it: what is proposed, with the content that it is about. */
import { z } from "zod";
import { hex } from "../kernel/hex.ts";
import type { ProposalRow } from "../store/propose-act.ts";
import { ACCEPT, acceptanceContent } from "./acceptance.ts";
import { EXCLUDE, exclusionContent } from "./exclusion.ts";
import { REPAIR, repairContent } from "./reference-repair.ts";
import { idOf } from "./values.ts";

const exclusion = { operation: z.literal(EXCLUDE), content: exclusionContent };
const acceptance = { operation: z.literal(ACCEPT), content: acceptanceContent };
const repair = { operation: z.literal(REPAIR), content: repairContent };

export const proposedAct = z.discriminatedUnion("operation", [
  z.strictObject(exclusion),
  z.strictObject(acceptance),
  z.strictObject(repair),
]);

export type ProposedAct = z.infer<typeof proposedAct>;

const around = {
  id: z.string(),
  subject: z.string(),
  contentHash: z.string(),
  author: z.string(),
  /** The author may not approve it, by whichever account. */
  own: z.boolean(),
  proposedAt: z.string(),
  expiresAt: z.string(),
  state: z.enum(["open", "approved", "rejected", "expired"]),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
};

export const proposalShape = z.discriminatedUnion("operation", [
  z.strictObject({ ...around, ...exclusion }),
  z.strictObject({ ...around, ...acceptance }),
  z.strictObject({ ...around, ...repair }),
]);

export type ShownProposal = z.infer<typeof proposalShape>;

/** Throws for a kind of act that this version does not know. */
export function actOf({ operation, content }: ProposalRow): ProposedAct {
  return proposedAct.parse({ operation, content });
}

/** `asker`: the person who looks, if proved. */
export function showProposal(row: ProposalRow, asker: string | undefined): ShownProposal {
  return {
    ...actOf(row),
    id: idOf("proposal", row.id),
    subject: row.subject,
    contentHash: hex(row.content_hash),
    author: row.author,
    own: row.author_id === asker,
    proposedAt: row.proposed_at,
    expiresAt: row.expires_at,
    state: row.state,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
  };
}
