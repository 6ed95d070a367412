import { epochMs, instant } from "../../kernel/clock.ts";
import type { StoredAudit } from "../../store/check-immutability.ts";
import {
  checkTriggers,
  eachHashedRow,
  hashedTables,
  listAudits,
} from "../../store/check-immutability.ts";
import { auditHash } from "../../store/insert-audit.ts";
import { rowHash } from "../../store/row-hash.ts";
import type { Invariant, InvariantContext, Violation } from "./invariant.ts";

export const immutability: Invariant = {
  name: "Immutability",
  holdsWhen: "events, attempts, outcomes, raw messages and audit rows are never changed",
  check: async (context) => {
    const tables = await checkTriggers(context.pool, hashedTables);
    const violations = tables
      .filter((table) => !table.held)
      .map(({ name }): Violation => {
        const detail = "no enabled trigger refuses update and delete";
        return { what: "table that may be changed", ids: [name], detail };
      });
    const looked: Record<string, number> = { tables: tables.length };
    for (const table of hashedTables) {
      looked[`hashes of ${table}`] = await rehash(context, table, violations);
    }
    return {
      looked,
      violations,
      notChecked: [],
      limits: [
        `hashes older than the newest ${context.sample} rows of a table, and those of bulk calls`,
      ],
    };
  },
};

async function rehash(
  context: InvariantContext,
  table: (typeof hashedTables)[number],
  violations: Violation[],
): Promise<number> {
  const { pool, hasher, sample } = context;
  let count = 0;
  const compare = (id: string, stored: Buffer, made: Buffer): void => {
    count += 1;
    if (stored.equals(made)) return;
    const detail = "its hash is not that of what is stored";
    violations.push({ what: `changed row of ${table}`, ids: [id], detail });
  };
  if (table === "audit") {
    for (const row of await listAudits(pool, sample)) {
      compare(row.id, row.row_hash, auditHash(hasher, ofStored(row)));
    }
    return count;
  }
  for await (const row of eachHashedRow(pool, table, sample)) {
    compare(row.id, row.row_hash, rowHash(hasher, row.parts));
  }
  return count;
}

function ofStored(row: StoredAudit): Parameters<typeof auditHash>[1] {
  return {
    id: row.id,
    actor: row.actor,
    secondActor: row.second_actor ?? undefined,
    operation: row.operation,
    subject: row.subject,
    reason: row.reason ?? undefined,
    before: row.before,
    after: row.after,
    expiresAt: row.expires_at === null ? undefined : instant(epochMs(row.expires_at)),
  };
}
