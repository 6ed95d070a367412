/** What the ledger and the warehouse say, against Stripe's list of events. */
import type { InvoiceRecord } from "../../src/sandbox/stripe/records.ts";
import type { Pool } from "../../src/store/database.ts";
import { unknownEvents } from "./drain.ts";
import type { Difference, Judgement } from "./oracle.ts";
import { recordsOf } from "./oracle.ts";
import type { Stage } from "./stage.ts";

async function numberOf(pool: Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`select (${sql})::text as n`);
  return Number(rows[0]?.n);
}

export async function judgeLedger(stage: Stage, pool: Pool): Promise<Judgement> {
  const { world } = stage.stripe;
  const differences: Difference[] = [];
  const same = (what: string, ours: number | string, theirs: number | string): void => {
    if (ours === theirs) return;
    differences.push({ what, object: "", detail: `${theirs}, expected ${ours}` });
  };
  const missing = await unknownEvents(stage, pool);
  for (const event of missing) {
    differences.push({ what: "event of Stripe that we do not know", object: event, detail: "" });
  }
  const events = await numberOf(pool, "select count(*) from event");
  const feed = "select count(*) from warehouse.event_feed";
  same("rows of the warehouse's feed", events, await numberOf(pool, feed));
  const distinct = "select count(distinct event_id) from warehouse.event_feed";
  same("events in the warehouse's feed", events, await numberOf(pool, distinct));
  same("dead letters", 0, await numberOf(pool, "select count(*) from dead_letter"));
  const cases = "select count(*) from exception_case where state = 'open'";
  same("open exceptions", 0, await numberOf(pool, cases));
  const invoices = recordsOf<InvoiceRecord>(world, "invoice").filter((one) => one.number !== null);
  const rows = await numberOf(pool, "select count(*) from warehouse.invoice");
  same("invoices in the warehouse", invoices.length, rows);
  // An invoice that was fetched because something waited for it is told a second time by its event.
  const finalized = "select count(distinct subject) from event where type = 'invoice.finalized'";
  same("finalized invoices in the log", invoices.length, await numberOf(pool, finalized));
  return { differences, looked: { "events of Stripe": world.state.events.length, events } };
}

const CASES = `
select code, title, count(*)::int as n, min(message) as message, min(object) as object
from exception_case where state = 'open' group by 1, 2 order by 3 desc limit 20`;

/** Open cases by cause, for a person. */
export async function openCases(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<Record<string, string>>(CASES);
  return rows.map((one) => `${one["n"]} × ${one["title"]} (${one["object"]}): ${one["message"]}`);
}
