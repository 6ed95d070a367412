/** What a person does when a period is open again: a retry of the whole cause. */
import { listExceptionsOperation } from "../../src/operations/list-exceptions.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import { retryExceptionOperation } from "../../src/operations/retry-exception.ts";
import { openDatabase } from "../../src/store/database.ts";

/** The last is said when a journal's own period was still closed while its month was open again. */
const CLOSED = [
  "E_NETSUITE_PERIOD_CLOSED",
  "E_TRYTON_PERIOD_CLOSED",
  "E_TRYTON_PERIOD_REFUSED",
] as const;

/** Cases that closed periods left so far, mended or not; 0 while the ledger cannot be asked. */
export async function countPeriodCases(databaseUrl: string): Promise<number> {
  const onIdleError = (): void => undefined;
  const pool = openDatabase({
    url: databaseUrl,
    connections: 1,
    name: "tieout faults",
    onIdleError,
  });
  try {
    const text = "select count(*)::int as cases from exception_case where code = any($1)";
    const { rows } = await pool.query<{ cases: number }>(text, [CLOSED]);
    return rows[0]?.cases ?? 0;
  } catch {
    return 0;
  } finally {
    await pool.end();
  }
}

/**
 * Retries each open cause that a closed period left; returns how many handoffs were taken up. A
 * refusal that is recorded late brings a case after the retry, so this is asked again and again.
 */
export async function mendPeriods(
  context: OperationContext,
  say: (text: string) => void,
): Promise<number> {
  let taken = 0;
  for (const code of CLOSED) {
    const asked = { code, limit: 100 };
    const { causes } = await runOperation(listExceptionsOperation, context, asked);
    for (const { cause, title, cases } of causes) {
      const given = { cause, yes: true, reason: "the period is open again" };
      const { retried } = await runOperation(retryExceptionOperation, context, given);
      taken += retried;
      say(`${title}: ${cases} cases, ${retried} taken up again by one retry`);
    }
  }
  return taken;
}
