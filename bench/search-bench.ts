/**
 * P11: search. A person of two of four legal entities asks the hub's HTTP API, with row security,
 * for what they know of a document: its id at the source, its number in the books, its own number,
 * the id of its correlation, its customer's name.
 */
import { systemClock, systemHasher, systemRandom } from "../src/app/system.ts";
import { formatId, uuidV7 } from "../src/kernel/ids.ts";
import { runOperation } from "../src/operations/operation.ts";
import { createTokenOperation } from "../src/operations/people/tokens.ts";
import type { Pool } from "../src/store/database.ts";
import { grantRole } from "../src/store/grant-role.ts";
import { insertAccount, insertPerson } from "../src/store/insert-account.ts";
import type { Keyring } from "../src/store/keyring.ts";
import { benchKeyring, countOf, openLedger } from "./ledger.ts";
import { percentilesOf } from "./percentiles.ts";
import type { Figure, Measurement, Outcome } from "./result.ts";
import { figure, mustAgree } from "./result.ts";
import type { SearchSeed } from "./seed-search.ts";
import {
  customerName,
  customerOf,
  entityOf,
  invoiceObject,
  seedSearch,
  textOf,
} from "./seed-search.ts";
import type { Stage } from "./stage.ts";
import { startHubProcess } from "./stage.ts";

const EVENTS = 1_000_000;
const QUERIES = 200;
const CONNECTIONS = [1, 4] as const;
const DATABASE = "bench_search";
const OWN: readonly string[] = ["us", "de"];
/** What issue and design promise, for the table. */
const FLOOR_MS = 300;

/** One thing that a person types, and what the answer must say. */
interface Query {
  readonly text: string;
  readonly says: string;
}

type Kind = (invoice: number, seed: SearchSeed, correlation: (n: number) => string) => Query;

const kinds: Readonly<Record<string, Kind>> = {
  "id at the source": (n) => ({ text: textOf.invoice(n), says: `"object":"${invoiceObject(n)}"` }),
  "number in the books": (n) => ({
    text: textOf.bookNumber(n),
    says: `"object":"${invoiceObject(n)}"`,
  }),
  "number of the invoice": (n) => ({
    text: textOf.invoiceNumber(n),
    says: `"object":"${invoiceObject(n)}"`,
  }),
  "id of the correlation": (n, _, of) => ({ text: of(n), says: `"object":"${invoiceObject(n)}"` }),
  "customer's name, two words cut short": (n, seed) => {
    const [first = "", second = ""] = customerName(customerOf(n, seed)).split(" ");
    const text = `${first.slice(0, 4)} ${second.slice(0, 4)}`;
    return { text, says: `"customer":"${first.slice(0, 4)}` };
  },
  "one word that many names share": (n, seed) => {
    const [first = ""] = customerName(customerOf(n, seed)).split(" ");
    return { text: first, says: `"customer":"${first} ` };
  },
};

export async function benchSearch(stage: Stage): Promise<Outcome> {
  const events = stage.settings.count ?? EVENTS;
  const databaseUrl = await stage.servers.freshDatabase(DATABASE);
  const pool = await openLedger(databaseUrl);
  try {
    stage.tell(`P11: ${events} events`);
    const started = systemClock.monotonic();
    const keyring = benchKeyring(databaseUrl);
    const seed = await seedSearch(pool, keyring, events);
    const seeded = (systemClock.monotonic() - started) / 1000;
    const counted = { found: await countOf(pool, "event"), expected: events };
    mustAgree("P11, seeded events", { events: counted });
    stage.tell(`    seeded in ${seeded.toFixed(1)} s`);
    const token = await tokenOf(pool, keyring);
    await keyring.close();
    const hub = await startHubProcess(stage, { databaseUrl, people: true });
    try {
      const asking = { url: hub.url, token, seed, pool };
      const measurements: Measurement[] = [];
      await hiddenIsHidden(asking);
      for (const connections of CONNECTIONS) {
        for (const [name, kind] of Object.entries(kinds)) {
          measurements.push(await measure(stage, asking, { name, kind, connections }));
        }
      }
      const processes = ["hub", "the asking process", "PostgreSQL", "Restate (idle)"];
      return { measurements, peers: [], ratios: [], processes, notes: notesOf(events, seeded) };
    } finally {
      await hub.stop();
    }
  } finally {
    await pool.end();
    await stage.servers.dropDatabase(DATABASE);
  }
}

interface Asking {
  readonly url: string;
  readonly token: string;
  readonly seed: SearchSeed;
  readonly pool: Pool;
}

interface Setting {
  readonly name: string;
  readonly kind: Kind;
  readonly connections: number;
}

async function measure(
  { tell, settings }: Stage,
  asking: Asking,
  { name, kind, connections }: Setting,
): Promise<Measurement> {
  const { seed } = asking;
  const numbers = ownInvoices(seed, QUERIES, connections);
  const ids = await correlations(asking.pool, numbers);
  const correlation = (n: number): string => ids.get(invoiceObject(n)) ?? "";
  const queries = numbers.map((n) => kind(n, seed, correlation));
  const took: number[] = [];
  let found = 0;
  let next = 0;
  const askOn = async (): Promise<void> => {
    for (let query = queries[next]; query !== undefined; query = queries[next]) {
      next += 1;
      const from = systemClock.monotonic();
      const text = await search(asking, query.text);
      took.push(systemClock.monotonic() - from);
      if (text.includes(query.says)) found += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, askOn));
  const expected = queries.length;
  const verified = mustAgree(`P11, ${name}`, { found: { found, expected } });
  const { p50, p95, worst } = percentilesOf(took);
  tell(`    ${name}, ${connections} at once: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`);
  const figures: Figure[] = [
    figure("p95", p95, "ms"),
    figure("p50", p50, "ms"),
    figure("worst", worst, "ms"),
  ];
  const events = settings.count ?? EVENTS;
  return { what: name, setting: { events, "at once": connections }, figures, verified };
}

/** Spread over the whole ledger, others for each setting, so that no page is warm by luck. */
function ownInvoices(seed: SearchSeed, count: number, salt: number): number[] {
  const numbers: number[] = [];
  const stride = Math.max(1, Math.floor(seed.invoices / (count * 2.5)));
  for (let n = 1 + salt; numbers.length < count && n <= seed.invoices; n += stride) {
    for (let own = n; own < n + 4 && own <= seed.invoices; own += 1) {
      if (!OWN.includes(entityOf(customerOf(own, seed)))) continue;
      numbers.push(own);
      break;
    }
  }
  return numbers;
}

async function correlations(pool: Pool, numbers: readonly number[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ subject: string; id: string }>(
    "select subject, correlation_id as id from event where subject = any ($1::text[])",
    [numbers.map(invoiceObject)],
  );
  return new Map(rows.map(({ subject, id }) => [subject, formatId("correlation", id)]));
}

async function search({ url, token }: Asking, text: string): Promise<string> {
  const address = `${url}/api/v1/search?q=${encodeURIComponent(text)}`;
  const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`search "${text}": ${answer.status} ${body}`);
  return body;
}

/** A fast search that shows others' documents would be no result either. */
async function hiddenIsHidden(asking: Asking): Promise<void> {
  const { seed } = asking;
  const foreign = Array.from({ length: Math.min(400, seed.invoices) }, (_, i) => i + 1).filter(
    (n) => !OWN.includes(entityOf(customerOf(n, seed))),
  );
  const texts = foreign.slice(0, 20).flatMap((n) => [textOf.invoice(n), textOf.bookNumber(n)]);
  const told = await Promise.all(texts.map((text) => search(asking, text)));
  const shown = told.filter((text) => !text.includes('"finds":[]')).length;
  mustAgree("P11, others' documents", { shown: { found: shown, expected: 0 } });
}

/** An analyst of two legal entities, with a token for searching and reading bodies. */
async function tokenOf(pool: Pool, keyring: Keyring): Promise<string> {
  const id = (): string => uuidV7(systemClock, systemRandom);
  const personId = await insertPerson(pool, id(), "Searching Person");
  const account = { id: id(), personId, kind: "oidc" as const, login: "search@example.com" };
  await insertAccount(pool, {
    ...account,
    passwordHash: undefined,
    issuer: "https://id.example.com",
  });
  for (const legalEntity of OWN) {
    const grant = { id: id(), personId, role: "analyst", legalEntity, by: "bench" };
    await grantRole(pool, { ...grant, despite: undefined });
  }
  const parts = { pool, clock: systemClock, random: systemRandom, hasher: systemHasher };
  const context = {
    ...{ ...parts, keyring, version: "bench", targets: new Map(), sources: new Map() },
    release: async () => undefined,
    actor: { name: "bench", roles: ["admin" as const] },
  };
  const asked = { name: "bench", permissions: ["story.read", "event.read"], who: account.login };
  return (await runOperation(createTokenOperation, context, asked)).token;
}

function notesOf(events: number, seconds: number): string[] {
  return [
    `Seeded by SQL in ${Math.round(seconds)} s: ${events} events, one in twenty a customer's, each with nineteen invoices; an invoice has a number, an id and a number in the books. Vacuumed, nothing read before.`,
    "Names stand clear in the seeded events; the words under which they are found are keyed hashes, as intake writes them.",
    "Who asks holds a role in two of four legal entities; twenty documents of the others were looked for by id and by number and not found.",
    `Each search must find what was looked for. The floor is p95 below ${FLOOR_MS} ms, at one asker.`,
    "A word that many names share is answered with the newest 30 customers of it and the newest 30 documents of each.",
  ];
}
