/**
 * P1: @supabase/stripe-sync-engine, called in process: it verifies the signature of a Stripe event
 * and upserts the object's last state on PostgreSQL, as its README shows. No HTTP is in the way.
 *
 * Input: databaseUrl, count, warmup, concurrency, poolSize; `eventsFile` names a file with one raw
 * event per line, so that every program of a run takes the same bytes.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import pg from "pg";
import Stripe from "stripe";
import { inParallel, mustBe, runPeer, timed } from "./contract.mjs";
import { invoiceEvent } from "./invoice-event.mjs";

// Its ES module build reads `__dirname` in runMigrations, logs the error and goes on without tables
// (observed with 0.48.5); its CommonJS build is the same code and works.
const { runMigrations, StripeSync } = createRequire(import.meta.url)(
  "@supabase/stripe-sync-engine",
);

const SECRET = "whsec_bench";
const stripe = new Stripe("sk_test_bench");

await runPeer({
  peer: "stripe-sync-engine",
  what: "P1: in process, signature verified, last state of the invoice upserted",
  library: "@supabase/stripe-sync-engine",
  settings: [
    { concurrency: 16, poolSize: 10 },
    { concurrency: 32, poolSize: 20 },
    { concurrency: 64, poolSize: 32 },
    { concurrency: 128, poolSize: 48 },
  ],
  notes: [
    "Called in process: no HTTP and no server; signatures are made before the clock starts.",
    "Its migrations drop its foreign keys and related objects are not fetched: the default.",
    "Keeps the last state of the object: no event, no history, no duplicate found, nothing routed.",
  ],
  measure,
});

async function measure({ input, setting, count, warmup, databaseUrl }) {
  await prepare(databaseUrl);
  const poolConfig = { connectionString: databaseUrl, max: setting.poolSize, keepAlive: true };
  const options = { schema: "stripe", stripeSecretKey: "sk_test_bench", poolConfig };
  const sync = new StripeSync({ ...options, stripeWebhookSecret: SECRET });
  // Its database is dropped right after: the server may tell a connection so that is closing.
  sync.postgresClient.pool.on("error", () => undefined);
  try {
    const bodies = eventBodies(input.eventsFile, warmup + count);
    const signed = bodies.map((payload) => ({ payload, signature: sign(payload) }));
    const latencies = new Float64Array(count);
    const take = (index) => sync.processWebhook(signed[index].payload, signed[index].signature);
    await inParallel(setting.concurrency, warmup, take);
    const seconds = await timed(() =>
      inParallel(setting.concurrency, count, async (index) => {
        const started = performance.now();
        await take(warmup + index);
        latencies[index] = performance.now() - started;
      }),
    );
    await refusesForgery(sync, bodies[0]);
    mustBe(warmup + count, await invoices(databaseUrl), "invoices in the database");
    return { seconds, latencies, eventBytes: bodies[0].length };
  } finally {
    await sync.postgresClient.pool.end();
  }
}

/** Its migrations name a role `postgres`, and only its log knows when one of them failed. */
async function prepare(databaseUrl) {
  await query(
    databaseUrl,
    `do $$ begin
       if not exists (select from pg_roles where rolname = 'postgres') then create role postgres;
       end if;
     end $$`,
  );
  const failures = [];
  const logger = { info: () => {}, error: (error) => failures.push(error) };
  await runMigrations({ databaseUrl, schema: "stripe", logger });
  if (failures.length > 0) throw new Error("its migrations failed", { cause: failures[0] });
}

/** Raw bodies, as they come over the wire. */
function eventBodies(file, count) {
  if (file === undefined)
    return Array.from({ length: count }, (_, index) =>
      Buffer.from(JSON.stringify(invoiceEvent(index))),
    );
  const lines = readFileSync(file, "utf8").split("\n").slice(0, count);
  mustBe(count, lines.filter((one) => one !== "").length, `events in ${file}`);
  return lines.map((text) => Buffer.from(text));
}

function sign(payload) {
  const text = payload.toString("utf8");
  return stripe.webhooks.generateTestHeaderString({ payload: text, secret: SECRET });
}

/** The measured way must be the one that verifies. */
async function refusesForgery(sync, payload) {
  const forged = stripe.webhooks.generateTestHeaderString({
    payload: payload.toString("utf8"),
    secret: "whsec_other",
  });
  const outcome = await sync.processWebhook(payload, forged).then(
    () => "taken",
    () => "refused",
  );
  if (outcome !== "refused") throw new Error("a forged signature was taken");
}

async function invoices(databaseUrl) {
  const { rows } = await query(databaseUrl, "select count(*) from stripe.invoices");
  return rows[0].count;
}

async function query(databaseUrl, text) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
