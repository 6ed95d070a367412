/**
 * An act that holds a case and waits for its handoff, beside a release that holds the handoff and
 * waits for the case: PostgreSQL ends the one that waited longer, which here is the act.
 */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { provedPerson } from "../../test/support/proved-people.ts";
import type { Company } from "../../test/support/story-company.ts";
import { customer, openCompany } from "../../test/support/story-company.ts";
import { operations } from "./all-operations.ts";
import { runOperation } from "./operation.ts";

let company: Company;
let exception: string;

beforeEach(async () => {
  company = await openCompany();
  company.server.mishaps.push("refused");
  await company.tell(customer("c1", 0));
  await company.work();
  const { causes } = await runOperation(operations.listExceptions, company.context, {});
  exception = causes[0]?.example ?? "";
});
afterEach(() => company.close());

/** In the order of a release that supersedes: the handoff, then its case. */
async function besideRelease<T>(act: () => Promise<T>): Promise<T> {
  const { pool } = company;
  const release = await pool.connect();
  await release.query("begin; set local deadlock_timeout = '30s'");
  await release.query("update handoff set changed_at = now() where state = 'excepted'");
  const acting = act();
  acting.catch(() => undefined);
  const waiting = `select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitUntil(async () => (await pool.query(waiting)).rowCount === 1, { timeout: 5000 });
  await release.query("update exception_case set title = title where state = 'open'");
  await release.query("rollback");
  release.release();
  return acting;
}

test("given a retry that PostgreSQL ends for a deadlock, then it is done all the same", async () => {
  const retry = () =>
    runOperation(operations.retryException, company.context, { id: exception, yes: true });
  expect(await besideRelease(retry)).toMatchObject({ done: true, retried: 1, left: 0 });
  const { rows } = await company.pool.query("select operation from audit");
  expect(rows).toEqual([{ operation: "retry-exception" }]);
});

test("given an approval that PostgreSQL ends for a deadlock, then it is done all the same", async () => {
  const { context, pool } = company;
  const [ada, ben] = [await provedPerson(pool, "Ada"), await provedPerson(pool, "Ben")];
  const asked = { id: exception, reasonCode: "other", yes: true };
  const expiresAt = "2100-01-01T00:00:00Z";
  const author = { ...context, actor: ada };
  await runOperation(operations.excludeException, author, { ...asked, expiresAt });
  const { proposals } = await runOperation(operations.listProposals, context, {});
  const [{ id, contentHash } = {}] = proposals;
  const approver = { ...context, actor: ben };
  const done = await besideRelease(() =>
    runOperation(operations.approveProposal, approver, { id, contentHash }),
  );
  expect(done).toMatchObject({ people: ["Ada", "Ben"] });
  const { rows } = await pool.query("select state from handoff");
  expect(rows).toEqual([{ state: "excluded" }]);
});
