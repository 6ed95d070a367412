/**
 * The limit of P1 and P2: the least that a durable server of this kind does on these cores, and no
 * product. It verifies the signature, parses the body, and commits the raw bytes, an event and its
 * handoffs in groups before it answers; with a target it then makes one call a handoff and records
 * the answers in groups.
 *
 * It keeps no order, knows no contract, translates nothing, ciphers and hashes nothing, writes
 * nothing ahead, retries nothing and has the fewest tables and indexes with which rows are found.
 *
 * Input: databaseUrl, secret, handoffs (how many an event); targetUrl and calls (at once) for P2.
 * `/confirmed` says how many answers are recorded, and when the last one was.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";
import { Pool } from "undici";
import { endWithParent, programInput, say } from "../programs.ts";
import { inGroups } from "./group.ts";

interface BareInput {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly handoffs: number;
  readonly targetUrl?: string;
  readonly calls?: number;
}

const TABLES = `
create table raw (id uuid primary key, body bytea not null);
create table event (id uuid primary key, subject text not null, data bytea not null);
create table handoff (
  event_id uuid, target integer, state text not null, external_id text,
  primary key (event_id, target)) with (fillfactor = 60)`;

/** All bytes travel in one parameter: an array of them is written out in hexadecimal. */
const INSERT = `
with r as (
  insert into raw
  select x.id, substr($2::bytea, x.start, x.length)
  from unnest($1::uuid[], $3::integer[], $4::integer[]) x(id, start, length)
  on conflict do nothing returning id
), e as (
  insert into event
  select x.id, x.subject, substr($2::bytea, x.start, x.length)
  from unnest($1::uuid[], $5::text[], $6::integer[], $7::integer[]) x(id, subject, start, length)
  join r using (id)
)
insert into handoff (event_id, target, state)
select r.id, t, 'ready' from r, generate_series(1, $8::integer) t`;

const CONFIRM = `
update handoff h set state = 'confirmed', external_id = x.external_id
from unnest($1::uuid[], $2::text[]) x(id, external_id) where h.event_id = x.id and h.target = 1`;

interface Taken {
  readonly id: string;
  readonly body: Buffer;
  readonly subject: string;
  readonly data: Buffer;
}

interface Answered {
  readonly id: string;
  readonly externalId: string;
}

interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly total: number;
  readonly currency: string;
}

const input = programInput<BareInput>();
const database = new pg.Pool({
  connectionString: input.databaseUrl,
  max: 4,
  options: "-c plan_cache_mode=force_generic_plan",
});
await database.query(TABLES);

function layOut(parts: readonly Buffer[], from: number) {
  let end = from;
  const starts = parts.map((part) => {
    end += part.length;
    return end - part.length;
  });
  return { starts, lengths: parts.map((part) => part.length), end };
}

const keep = inGroups<Taken>(2, async (group) => {
  const bodies = group.map(({ body }) => body);
  const datas = group.map(({ data }) => data);
  const raw = layOut(bodies, 1);
  const event = layOut(datas, raw.end);
  const values = [
    group.map(({ id }) => id),
    Buffer.concat([...bodies, ...datas]),
    raw.starts,
    raw.lengths,
    group.map(({ subject }) => subject),
    event.starts,
    event.lengths,
    input.handoffs,
  ];
  await database.query({ name: "insert", text: INSERT, values });
});

let confirmed = 0;
let lastAt = 0;

const record = inGroups<Answered>(2, async (group) => {
  const values = [group.map(({ id }) => id), group.map(({ externalId }) => externalId)];
  await database.query({ name: "confirm", text: CONFIRM, values });
  confirmed += group.length;
  lastAt = Date.now();
});

/** Unbounded, as no product may be: the load stops by itself. */
const ready: { readonly id: string; readonly invoice: Invoice }[] = [];
const target =
  input.targetUrl === undefined
    ? undefined
    : new Pool(input.targetUrl, { connections: input.calls ?? 8, pipelining: 1 });
let calling = 0;

function callNext(): void {
  while (target !== undefined && calling < (input.calls ?? 8)) {
    const next = ready.shift();
    if (next === undefined) return;
    calling += 1;
    void call(target, next.id, next.invoice).finally(() => {
      calling -= 1;
      callNext();
    });
  }
}

async function call(books: Pool, id: string, invoice: Invoice): Promise<void> {
  const { number, total, currency } = invoice;
  const answer = await books.request({
    method: "PUT",
    path: `/objects/${id}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ externalId: id, number, total, currency }),
  });
  const said = (await answer.body.json()) as { id: string };
  if (answer.statusCode >= 300) throw new Error(`the target answered ${answer.statusCode}`);
  // The seat is free for the next call; the answer is recorded beside it.
  void record({ id, externalId: said.id });
}

function verify(header: string, body: Buffer): void {
  const [time, signature] = header.split(",").map((part) => part.slice(part.indexOf("=") + 1));
  const hmac = createHmac("sha256", input.secret).update(`${time}.`).update(body);
  if (!timingSafeEqual(hmac.digest(), Buffer.from(signature ?? "", "hex"))) {
    throw new Error("forged");
  }
}

const server = Fastify({ logger: false });
server.removeAllContentTypeParsers();
server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
server.get("/healthz", () => ({ ok: true }));
server.get("/confirmed", () => ({ confirmed, lastAt }));
server.post<{ Body: Buffer }>("/in/:source", async (request, reply) => {
  const { body } = request;
  verify(String(request.headers["stripe-signature"]), body);
  const event = JSON.parse(body.toString()) as { id: string; data: { object: Invoice } };
  const id = createHash("sha256").update(event.id).digest("hex").slice(0, 32);
  const { object } = event.data;
  await keep({ id, body, subject: object.id, data: Buffer.from(JSON.stringify(object)) });
  if (target !== undefined) {
    ready.push({ id, invoice: object });
    callNext();
  }
  return reply.code(200).send({ received: true });
});

const url = await server.listen({ port: 0, host: "127.0.0.1" });
endWithParent(async () => {
  await server.close();
  await target?.close();
  await database.end();
});
say({ url });
