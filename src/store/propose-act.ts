/** What one person proposed and another must decide. At most one open proposal of a kind a case. */
import type { Session } from "./database.ts";

export interface NewProposal {
  readonly id: string;
  readonly operation: string;
  /** The prefixed id of what it is about. */
  readonly subject: string;
  readonly input: unknown;
  readonly content: unknown;
  readonly contentHash: Uint8Array;
  readonly legalEntity: string | null;
  readonly authorId: string;
  readonly days: number;
}

/** A new proposal takes the place of an open one: who decides must see one thing, the newest. */
const REPLACE = `
update proposal set state = 'rejected', decided_at = now()
where operation = $1 and subject = $2 and state = 'open'`;

const PROPOSE = `
insert into proposal (id, operation, subject, input, content, content_hash, legal_entity,
  author_id, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(days => $9))`;

export async function proposeAct(session: Session, row: NewProposal): Promise<void> {
  await session.query(REPLACE, [row.operation, row.subject]);
  await session.query(PROPOSE, [
    row.id,
    row.operation,
    row.subject,
    JSON.stringify(row.input),
    JSON.stringify(row.content),
    row.contentHash,
    row.legalEntity,
    row.authorId,
    row.days,
  ]);
}

export interface ProposalRow {
  readonly id: string;
  readonly operation: string;
  readonly subject: string;
  readonly input: unknown;
  readonly content: unknown;
  readonly content_hash: Buffer;
  readonly author_id: string;
  readonly author: string;
  readonly proposed_at: string;
  readonly expires_at: string;
  readonly state: "open" | "approved" | "rejected" | "expired";
  readonly decided_by: string | null;
  readonly decided_at: string | null;
}

const COLUMNS = `p.id, p.operation, p.subject, p.input, p.content, p.content_hash, p.author_id,
  a.name as author, p.proposed_at, p.expires_at, d.name as decided_by, p.decided_at,
  case when p.state = 'open' and p.expires_at <= now() then 'expired' else p.state end as state`;

const LIST = `
select ${COLUMNS} from proposal p join person a on a.id = p.author_id
left join person d on d.id = p.decided_by
where ($1::text is null or p.subject = $1) and ($2::uuid is null or p.id < $2)
  and ($3 or (p.state = 'open' and p.expires_at > now()))
order by p.id desc limit $4`;

export async function listProposals(
  session: Session,
  filter: { subject?: string | undefined; before?: string | undefined; decided: boolean },
  limit: number,
): Promise<ProposalRow[]> {
  const values = [filter.subject ?? null, filter.before ?? null, filter.decided, limit];
  return (await session.query<ProposalRow>(LIST, values)).rows;
}

const FIND = `
select ${COLUMNS} from proposal p join person a on a.id = p.author_id
left join person d on d.id = p.decided_by where p.id = $1 for update of p`;

const KIND = "select operation from proposal where id = $1";

/** What it proposes, by the name of its operation. */
export async function findProposedOperation(
  session: Session,
  id: string,
): Promise<string | undefined> {
  return (await session.query<{ operation: string }>(KIND, [id])).rows[0]?.operation;
}

/** Locks it: two people who decide at once decide one after the other. */
export async function lockProposal(session: Session, id: string): Promise<ProposalRow | undefined> {
  return (await session.query<ProposalRow>(FIND, [id])).rows[0];
}

const DECIDE = `
update proposal set state = $2, decided_by = $3, decided_at = now()
where id = $1 and state = 'open'`;

export async function decideProposal(
  session: Session,
  id: string,
  state: "approved" | "rejected",
  personId: string,
): Promise<void> {
  await session.query(DECIDE, [id, state, personId]);
}
