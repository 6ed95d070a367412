/** What is true of a ledger, in a form that survives versions. */
import { operations } from "../../src/operations/all-operations.ts";
import { evidenceLines } from "../../src/operations/evidence/evidence-file.ts";
import { verifyEvidence } from "../../src/operations/evidence/verify-evidence.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { systemHasher } from "../support/system-hasher.ts";
import type { Expected } from "./corpus-ledger.ts";

const COUNTED = [
  ...["inbound", "event", "handoff", "attempt", "outcome", "exception_case", "dead_letter"],
  ...["link", "effect", "event_identity", "audit", "seal_block", "observation"],
];

export async function describeLedger(context: OperationContext): Promise<Expected> {
  const { pool } = context;
  const rows: Record<string, number> = {};
  for (const table of COUNTED) {
    const { rows: found } = await pool.query<{ n: number }>(
      `select count(*)::int as n from ${table}`,
    );
    rows[table] = found[0]?.n ?? -1;
  }
  const states = await pool.query<{ key: string; n: number }>(
    "select target || ' ' || state as key, count(*)::int as n from handoff group by 1 order by 1",
  );
  const report = await verifyEvidence(
    systemHasher,
    evidenceLines(pool, "1", "2026-11-23T00:00:00.000Z"),
  );
  if (report.problems.length > 0) throw new Error(JSON.stringify(report.problems));
  const balance = await runOperation(operations.trialBalance, context, {});
  return {
    rows,
    root: `${report.newest?.number}:${report.newest?.hash}`,
    sealedRows: Object.values(report.rows).reduce((sum, one) => sum + one, 0),
    states: Object.fromEntries(states.rows.map((one) => [one.key, one.n])),
    trialBalance: JSON.parse(JSON.stringify(balance.accounts)),
  };
}
