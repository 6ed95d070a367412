/**
 * Two ledgers with one target: the original, and a copy that was brought back from before. The copy
 * here is a ledger that was told the same facts again: its references are the same by their nature.
 */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { LedgerMark } from "../connectors/kit/target.ts";
import { noticeServer } from "../store/sending-permission.ts";
import { operations } from "./all-operations.ts";
import { runOperation } from "./operation.ts";

const open: Company[] = [];
afterEach(async () => {
  for (const company of open.splice(0).reverse()) await company.close();
});

async function pair(guard: "external-id" | "probe") {
  const marks = new Map<string, LedgerMark>();
  const original = await openCompany(guard, { marks });
  open.push(original);
  const copy = await openCompany(guard, { marks, server: original.server });
  open.push(copy);
  const { rows } = await original.pool.query("select ledger from sending_permission");
  await copy.pool.query("update sending_permission set ledger = $1", [rows[0].ledger]);
  return { original, copy, marks };
}

const invoices = Array.from({ length: 8 }, (_, index) => invoice(`${index}`, "c1", index + 1));

const stop = (company: Company, restored: boolean) =>
  runOperation(operations.stopSending, company.context, { reason: "brought back", restored });

const resume = (company: Company, input: object = {}) =>
  runOperation(operations.resumeSending, company.context, {
    ...{ confirmOriginalIsDead: true, yes: true },
    ...input,
  });

/** Past the time after which nothing of the original can be under way any more. */
const settle = (company: Company) =>
  company.pool.query(`update sending_permission set confirmed_at = now() - interval '5 minutes';
    update handoff set not_before = now() where state = 'unknown'`);

async function stateCounts({ pool }: Company) {
  const result = await pool.query<{ state: string; count: number }>(
    "select state, count(*)::int as count from handoff group by 1 order by 1",
  );
  return Object.fromEntries(result.rows.map(({ state, count }) => [state, count]));
}

const classes = async ({ pool }: Company) => {
  const result = await pool.query<{ class: string; count: number }>(
    "select class, count(*)::int as count from outcome group by 1 order by 1",
  );
  return Object.fromEntries(result.rows.map((row) => [row.class, row.count]));
};

describe.each(["external-id", "probe"] as const)("under the guard %s", (guard) => {
  test("given a copy that knows nothing of what was sent, then every document exists once", async () => {
    const { original, copy } = await pair(guard);
    const { server } = original;
    await original.tell(customer("c1", 0), ...invoices.slice(0, 5));
    await original.work();
    expect(server.effects).toHaveLength(6);

    await stop(copy, true);
    await copy.tell(customer("c1", 0), ...invoices);
    await copy.work();
    expect(server.effects).toHaveLength(6);
    expect(await stateCounts(copy)).toEqual({ ready: 1, waiting: 8 });

    await resume(copy);
    await settle(copy);
    await copy.work();
    await settle(copy);
    await copy.work();
    expect(await stateCounts(copy)).toEqual({ confirmed: 9 });
    expect(server.effects).toHaveLength(9);
    expect([...server.documents.values()].every((all) => all.length === 1)).toBe(true);
    expect(await classes(copy)).toEqual({ adopted: 6, done: 3, "probe-absent": 3 });
  });

  test("given the original started beside it, then it sends nothing and says why", async () => {
    const { original, copy } = await pair(guard);
    await original.tell(customer("c1", 0));
    await original.work();
    await stop(copy, true);
    await resume(copy);
    const before = original.server.effects.length;
    await original.tell(...invoices);
    await original.work();
    expect(original.server.effects).toHaveLength(before);
    const { rows } = await original.pool.query("select allowed, reason from sending_permission");
    expect(rows[0].allowed).toBe(false);
    expect(rows[0].reason).toContain("E_LANE_FENCED");
    expect(await stateCounts(original)).toEqual({ confirmed: 1, ready: 8 });
  });
});

describe("what happened after the confirmation", () => {
  test("then it is sent without asking, and what was asked is not asked again", async () => {
    const { copy } = await pair("external-id");
    await stop(copy, true);
    await resume(copy);
    await copy.pool.query(`update sending_permission
      set confirmed_at = now() - interval '5 minutes',
      ask_before = '2026-11-01T10:00:00.500Z'`);
    await copy.tell(customer("c1", 0), invoices[0] as ReturnType<typeof invoice>);
    copy.server.mishaps.push("too-many");
    await copy.work();
    // The customer occurred before it, the invoice a second later.
    expect(await classes(copy)).toEqual({ done: 2, later: 1, "probe-absent": 1 });
  });

  test("given a state, then it is not asked for while the original may still send it", async () => {
    const { copy } = await pair("external-id");
    await stop(copy, true);
    await resume(copy);
    await copy.tell(customer("c1", 0));
    const working = copy.work();
    const doubt = async () => {
      const { rows } = await copy.pool.query<{ seconds: number }>(
        `select extract(epoch from not_before - now())::float8 as seconds from handoff
         where state = 'unknown' and reason = 'asked before it is sent'`,
      );
      return rows[0]?.seconds ?? 0;
    };
    await vi.waitFor(async () => expect(await doubt()).toBeGreaterThan(20), { timeout: 5000 });
    expect(await classes(copy)).toEqual({});
    await settle(copy);
    await working;
    expect(await classes(copy)).toEqual({ done: 1, "probe-absent": 1 });
  });
});

describe("resuming", () => {
  test("given a restore, then a plan, a confirmation, and a line in the audit log", async () => {
    const { copy } = await pair("external-id");
    const { epoch } = await stop(copy, true);
    expect(epoch).toBe(2);
    const plan = await resume(copy, { yes: false });
    expect(plan).toMatchObject({ done: false, restored: true, fenced: ["plain"], epoch: 2 });
    await expect(resume(copy, { confirmOriginalIsDead: false })).rejects.toMatchObject({
      code: "E_OPERATIONS_ORIGINAL_UNCONFIRMED",
    });
    expect(await resume(copy)).toMatchObject({ done: true, epoch: 2 });
    await expect(resume(copy)).rejects.toMatchObject({ code: "E_OPERATIONS_STATE" });
    const audit = await copy.pool.query("select operation, actor from audit order by at");
    expect(audit.rows).toEqual([
      { operation: "stop-sending", actor: "Ada" },
      { operation: "resume-sending", actor: "Ada" },
    ]);
  });

  test("given two copies of one backup, then the one confirmed last sends", async () => {
    const { original, copy } = await pair("external-id");
    await stop(original, true);
    await stop(copy, true);
    await resume(copy);
    expect(await resume(original)).toMatchObject({ epoch: 3 });
    await copy.tell(customer("c1", 0));
    await copy.work();
    expect(copy.server.effects).toHaveLength(0);
    // And back again: whoever is confirmed takes an epoch above all that are marked.
    expect(await resume(copy)).toMatchObject({ epoch: 4 });
  });

  test("given a source that was not read since, then it is named", async () => {
    const { copy } = await pair("external-id");
    await stop(copy, true);
    const shop = copy.context.sources.get("shop");
    if (shop === undefined) throw new Error("no shop");
    const page = async () => ({ facts: [], cursor: "1", more: false });
    const sources = new Map([
      ["shop", { ...shop, sweep: { streams: ["events"], overlapMs: 0, page } }],
    ]);
    const context = { ...copy.context, sources };
    const asked = { confirmOriginalIsDead: true, yes: true };
    const again = () => runOperation(operations.resumeSending, context, asked);
    await expect(again()).rejects.toMatchObject({ code: "E_OPERATIONS_NOT_SWEPT" });
    await copy.pool.query(
      `insert into stream_cursor (connection, stream, cursor, swept_at, completed_at)
       values ('shop', 'events', '1', now(), now())`,
    );
    expect(await again()).toMatchObject({ done: true });
  });

  test("given a target whose mark cannot be written, then sending stays off", async () => {
    const { copy, marks } = await pair("external-id");
    await stop(copy, true);
    marks.set = () => {
      throw new Error("the ERP is down");
    };
    await expect(resume(copy)).rejects.toMatchObject({ code: "E_OPERATIONS_NOT_MARKED" });
    const { rows } = await copy.pool.query("select allowed from sending_permission");
    expect(rows).toEqual([{ allowed: false }]);
  });
});

describe("a ledger that moved", () => {
  test("given another server, timeline or database, then an epoch begins by itself", async () => {
    const { original } = await pair("external-id");
    expect(await noticeServer(original.pool)).toBe(false);
    expect(await noticeServer(original.pool)).toBe(false);
    await original.pool.query("update sending_permission set server = '1/00000001/5'");
    expect(await noticeServer(original.pool)).toBe(true);
    const { rows } = await original.pool.query("select * from sending_permission");
    expect(rows[0]).toMatchObject({ epoch: 2, allowed: false });
    expect(rows[0].reason).toContain("the ledger was on 1/00000001/5");
    expect(await noticeServer(original.pool)).toBe(false);
  });
});
