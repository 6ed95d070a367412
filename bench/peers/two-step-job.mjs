/**
 * The job of P2, the same for every peer: one HTTP call to the target, one record of its answer.
 *
 * record: "table"   the second step inserts a row on PostgreSQL (the default)
 * record: "engine"  the second step only returns the record, and the engine's own journal keeps it
 */
import pg from "pg";
import { Pool } from "undici";
import { mustBe } from "./contract.mjs";
import { invoiceEvent } from "./invoice-event.mjs";

/** More connections to PostgreSQL than this only wait for each other on a small machine. */
const LEDGER_CONNECTIONS = 32;

/** Opens what the two steps need; `size` is how many events are under way at once. */
export async function openJob({ databaseUrl, targetUrl, size, record = "table" }) {
  if (targetUrl === undefined) throw new Error("targetUrl is missing; see target.mjs");
  const target = new Pool(targetUrl, { connections: size, pipelining: 1 });
  const max = Math.min(size, LEDGER_CONNECTIONS);
  const ledger = new pg.Pool({ connectionString: databaseUrl, max });
  ledger.on("error", () => {});
  await ledger.query(`create table if not exists record (
    external_id text primary key, target_id text not null, at timestamptz not null default now())`);
  await ledger.query("truncate record");
  const createdBefore = await objectsCreated(target);
  return {
    /** Step one; returns the target's id. */
    call: (event) => callTarget(target, event),
    /** Step two; returns what was recorded. */
    keep: async (event, targetId) => {
      if (record === "table") await insert(ledger, event.id.toLowerCase(), targetId);
      return { externalId: event.id.toLowerCase(), targetId };
    },
    /** Checks that the target has each event, and the table too when records are kept there. */
    verify: async (expected) => {
      mustBe(expected, (await objectsCreated(target)) - createdBefore, "objects in the target");
      if (record !== "table") return;
      const { rows } = await ledger.query("select count(*) from record");
      mustBe(expected, rows[0].count, "records in the database");
    },
    close: async () => {
      await target.close();
      await ledger.end();
    },
  };
}

/** What is handed to the engine: the whole event (the default), or its id and the amounts only. */
export function jobInput(index, prefix, payload = "event") {
  const event = invoiceEvent(index, prefix);
  if (payload === "event") return event;
  const { id, number, total, currency } = event.data.object;
  return { id: event.id, data: { object: { id, number, total, currency } } };
}

async function callTarget(target, event) {
  const { number, total, currency } = event.data.object;
  const answer = await target.request({
    method: "PUT",
    path: `/objects/${event.id.toLowerCase()}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ externalId: event.id.toLowerCase(), number, total, currency }),
  });
  const body = await answer.body.json();
  if (answer.statusCode >= 300) throw new Error(`the target answered ${answer.statusCode}`);
  return body.id;
}

async function objectsCreated(target) {
  const answer = await target.request({ method: "GET", path: "/stats" });
  return (await answer.body.json()).created;
}

async function insert(ledger, externalId, targetId) {
  await ledger.query({
    name: "record",
    text: `insert into record (external_id, target_id) values ($1, $2)
      on conflict (external_id) do nothing`,
    values: [externalId, targetId],
  });
}
