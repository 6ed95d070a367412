/**
 * How an invariant is asked of the ledger: one statement that counts what is looked at, one that
 * returns what breaks it. Each statement sees one snapshot, so rows that move together are seen
 * together; no lock is taken.
 */
import type { Session } from "./database.ts";

export interface BrokenRow {
  readonly what: string;
  readonly ids: readonly string[];
  readonly detail: string;
}

export interface LedgerCheck {
  /** Returns one row of named counts. */
  readonly counts: string;
  /** Returns rows of `what`, `ids`, `detail`. */
  readonly broken: string;
}

export interface LedgerFinding {
  readonly looked: Readonly<Record<string, number>>;
  readonly broken: readonly BrokenRow[];
}

/** So many broken rows are told of one check at most; a thousand are as bad as a million. */
export const MOST_BROKEN = 1000;

export async function checkRows(session: Session, check: LedgerCheck): Promise<LedgerFinding> {
  const counts = await session.query<Record<string, number>>(check.counts);
  const broken = await session.query<BrokenRow>(
    `select * from (${check.broken}) b limit ${MOST_BROKEN}`,
  );
  return { looked: counts.rows[0] ?? {}, broken: broken.rows };
}
