import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiRoom, Client } from "../../../test/support/api-room.ts";
import { openApiRoom } from "../../../test/support/api-room.ts";
import { customer, invoice } from "../../../test/support/story-company.ts";
import { operations } from "../../operations/all-operations.ts";
import { routedOperations } from "./operation-routes.ts";

let room: ApiRoom;
let ada: Client;
let rhea: Client;

const SCRIPT = '<script>alert("1")</script>';

beforeAll(async () => {
  room = await openApiRoom();
  await room.person("Ada Meyer", ["controller", "analyst"]);
  await room.person("Rhea Admin", ["admin", "engineer"]);
  await room.person("Ben Roth", ["approver"]);
  ada = await room.signIn("ada");
  rhea = await room.signIn("rhea");
  room.company.server.mishaps.push("refused");
  await room.company.tell(customer("c1", 0, SCRIPT));
  await room.company.work();
});

afterAll(() => room.close());

const post = (client: Client, path: string, body: unknown, key?: string) =>
  client.ask(`/api/v1${path}`, {
    method: "POST",
    body,
    headers: key === undefined ? {} : { "idempotency-key": key },
  });

/** A token of a person for some permissions, made by themselves. */
async function tokenOf(client: Client, permissions: string[], more: object = {}): Promise<string> {
  const made = await post(client, "/tokens", { name: "test", permissions, ...more });
  expect(made.text).toContain("tt_");
  return String(made.body["token"]);
}

const withToken = (token: string, path: string, ask: object = {}) =>
  room.ask(`/api/v1${path}`, { ...ask, headers: { authorization: `Bearer ${token}` } });

async function caseId(): Promise<string> {
  const { body } = await ada.ask("/api/v1/exceptions");
  return (body["causes"] as { example: string }[])[0]?.example ?? "";
}

describe("the HTTP API", () => {
  test("given a script in a name, then it is told as JSON text, and never as a page", async () => {
    const { body } = await ada.ask("/api/v1/events");
    const id = (body["events"] as { id: string }[])[0]?.id ?? "";
    const shown = await ada.ask(`/api/v1/events/${id}`);
    expect(JSON.stringify(shown.body["canonical"])).toContain("<script>");
    const echoed = await ada.ask(`/api/v1/stories/${encodeURIComponent(SCRIPT)}`);
    expect(echoed.status).toBe(404);
    for (const answer of [shown, echoed]) {
      expect(answer.headers.get("content-type")).toMatch(/^application\/(problem\+)?json/);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'.*sandbox/);
    }
    const docs = await room.ask("/api/docs");
    expect(docs.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(docs.text).not.toMatch(/<script|https?:\/\/(?!json-schema)/);
  });

  test("given bodies that are no input, then each is a problem that says what is wrong", async () => {
    const raw = (text: string | Uint8Array) =>
      fetch(`${room.url}/api/v1/exceptions/retry`, {
        method: "POST",
        headers: {
          ...{ "content-type": "application/json", cookie: ada.cookie },
          "x-tieout-csrf": ada.csrf,
        },
        body: text as string,
      });
    const bad = ["{", "[]", "1", '{"id":"a","id":"b"}', '{"__proto__":{}}', '{"nonsense":1}'];
    for (const text of [...bad, new Uint8Array([123, 255, 125]), `{"id":"${"x".repeat(3e5)}"}`]) {
      const answer = await raw(text);
      expect([400, 413], String(text).slice(0, 20)).toContain(answer.status);
      expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/^E_/) });
    }
    expect(room.errors).toEqual([]);
    expect((await ada.ask("/api/v1/events?limit=0")).status).toBe(400);
    expect((await ada.ask("/api/v1/events?after=evt_nothing")).status).toBe(404);
    expect((await ada.ask(`/api/v1/handoffs?after=evt_${"0".repeat(32)}`)).status).toBe(404);
  });

  test("given an Idempotency-Key, then the act is done once, told again, and no other takes it", async () => {
    const body = { name: "Cleo Lang", login: "cleo" };
    const first = await post(rhea, "/users", body, "key-1");
    const again = await post(rhea, "/users", body, "key-1");
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await post(rhea, "/users", { ...body, login: "cleo2" }, "key-1");
    expect(other).toMatchObject({ status: 422, body: { code: "E_HTTP_KEY_REUSED" } });
    const elsewhere = await post(rhea, "/users/cleo/disable", {}, "key-1");
    expect(elsewhere.status).toBe(422);
    for (const key of ["x".repeat(201), "a b"]) {
      expect((await post(rhea, "/users", body, key)).status, key.slice(0, 9)).toBe(400);
    }
    const burst = await Promise.all(
      Array.from({ length: 8 }, () =>
        post(rhea, "/users", { name: "Dora Ito", login: "dora" }, "key-2"),
      ),
    );
    expect(new Set(burst.map((one) => one.status))).toEqual(
      new Set(burst.some((one) => one.status === 409) ? [200, 409] : [200]),
    );
    const made = await room.company.pool.query("select 1 from account where login = 'dora'");
    expect(made.rowCount).toBe(1);
    // Somebody else's key is not a key of mine.
    const token = await tokenOf(ada, ["exception.retry"]);
    const theirs = await room.ask("/api/v1/exceptions/retry", {
      method: "POST",
      body: { cause: "nothing" },
      headers: { authorization: `Bearer ${token}`, "idempotency-key": "key-1" },
    });
    expect(theirs.body).toMatchObject({ code: "E_OPERATIONS_NOTHING_TO_REPAIR" });
    // A failure changed nothing and keeps no key.
    const failed = await post(rhea, "/users", body, "key-3");
    expect(failed).toMatchObject({ body: { code: "E_OPERATIONS_TAKEN" } });
    expect((await post(rhea, "/users", { ...body, login: "c3" }, "key-3")).status).toBe(200);
  });

  test("given an act that is done and an answer that the ledger does not take, then not again", async () => {
    const { pool } = room.company;
    const made = async () =>
      (await pool.query("select from api_token where name = 'once'")).rowCount;
    const ask = () => post(ada, "/tokens", { name: "once", permissions: ["story.read"] }, "key-4");
    await pool.query(
      "alter table idempotent_request add constraint no_answer check (status is null) not valid",
    );
    expect((await ask()).status).toBe(500);
    await pool.query("alter table idempotent_request drop constraint no_answer");
    expect(await ask()).toMatchObject({ status: 409, body: { code: "E_HTTP_KEY_UNDER_WAY" } });
    expect(await made()).toBe(1);
  });

  test("given inserts between pages, then no row is told twice and none is left out", async () => {
    const facts = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => customer(`p${from + index}`, from + index));
    for (const draft of facts(100, 9)) await room.company.tell(draft);
    const before = await ada.ask("/api/v1/events?limit=1000");
    const known = (before.body["events"] as { id: string }[]).map((one) => one.id);
    const seen: string[] = [];
    let after = "";
    for (let page = 0; page < 20; page += 1) {
      const answer = await ada.ask(`/api/v1/events?limit=2${after}`);
      seen.push(...(answer.body["events"] as { id: string }[]).map((one) => one.id));
      // Newer than all, older than all, and in the middle of what was read.
      await room.company.tell(
        customer(`new${page}`, 1000 + page),
        customer(`old${page}`, -page - 1),
      );
      if (answer.body["next"] === undefined || page > 12) break;
      after = `&after=${String(answer.body["next"])}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(known));
  });

  test("given a token, then it does what it was made for, where, and as long as its person may", async () => {
    const token = await tokenOf(ada, ["exception.read", "story.read"], { entities: ["DE"] });
    expect((await withToken(token, "/exceptions")).body).toEqual({ causes: [] });
    expect((await withToken(token, `/exceptions/${await caseId()}`)).status).toBe(404);
    expect((await withToken(token, "/handoffs")).status).toBe(403);
    const wide = await tokenOf(ada, ["exception.read"]);
    expect((await withToken(wide, `/exceptions/${await caseId()}`)).status).toBe(200);
    const more = { method: "POST", body: { name: "x", permissions: ["story.read"] } };
    const own = await tokenOf(ada, ["token.own"]);
    expect((await withToken(own, "/tokens", more)).body).toMatchObject({
      code: "E_OPERATIONS_TOKEN_BY_TOKEN",
    });
    const tooWide = await post(ada, "/tokens", { name: "x", permissions: ["person.manage"] });
    expect(tooWide.body).toMatchObject({ code: "E_OPERATIONS_TOKEN_TOO_WIDE" });
    const listed = await ada.ask("/api/v1/tokens");
    expect(listed.text).not.toContain(wide);
    const tokens = listed.body["tokens"] as { id: string; prefix: string }[];
    const id = tokens.find((one) => wide.startsWith(one.prefix))?.id ?? "";
    expect((await post(ada, `/tokens/${id}/revoke`, {})).body).toMatchObject({ revoked: true });
    expect((await withToken(wide, "/exceptions")).status).toBe(401);
    const old = await tokenOf(ada, ["exception.read"]);
    await room.company.pool.query(
      "update api_token set expires_at = now() - interval '1 second' where prefix = $1",
      [old.slice(0, 9)],
    );
    expect((await withToken(old, "/exceptions")).status).toBe(401);
    for (const wrong of ["tt_wrong", "", "Bearer", `${old}x`, "eyJhbGciOiJub25lIn0.e30."]) {
      expect((await withToken(wrong, "/exceptions")).status, wrong).toBe(401);
    }
    const ben = await room.signIn("ben");
    const benToken = await tokenOf(ben, ["exception.read"]);
    await post(rhea, "/users/ben/revoke", { role: "approver" });
    expect((await withToken(benToken, "/exceptions")).status).toBe(403);
  });

  test("given roles, then conflicts of duty need a reason and the last administrator stays", async () => {
    const grant = (body: object) => post(rhea, "/users/rhea/grant", body);
    expect(await grant({ role: "approver" })).toMatchObject({
      status: 409,
      body: { code: "E_OPERATIONS_DUTY_CONFLICT" },
    });
    const despite = "two people in all";
    expect((await grant({ role: "approver", despite })).status).toBe(200);
    expect(await post(rhea, "/users/rhea/revoke", { role: "admin" })).toMatchObject({
      body: { code: "E_OPERATIONS_LAST_ADMIN" },
    });
    expect(await post(rhea, "/users/rhea/disable", {})).toMatchObject({
      body: { code: "E_OPERATIONS_LAST_ADMIN" },
    });
    const audit = await room.company.pool.query(
      `select actor, before, after, reason from audit
       where operation = 'grant-role' order by at desc limit 1`,
    );
    expect(audit.rows[0]).toMatchObject({
      ...{ actor: "Rhea Admin", reason: despite },
      after: { role: "approver", by: { account: "rhea", means: "session" } },
    });
  });

  test("given the documents, then every operation is described where it stands, with its shapes", async () => {
    const { body, headers } = await room.ask("/api/openapi.json");
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(body["openapi"]).toBe("3.1.0");
    const paths = body["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    const ids = new Set<unknown>();
    for (const { operation, route } of routedOperations()) {
      const one = paths[`/api/v1${route.path}`]?.[route.method.toLowerCase()];
      expect(one?.["operationId"], operation.name).toBe(operation.name);
      expect(one?.["responses"]).toHaveProperty("200.content");
      ids.add(one?.["operationId"]);
      const places = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = ((one?.["parameters"] ?? []) as { name: string; in: string }[])
        .filter((parameter) => parameter.in === "path")
        .map((parameter) => parameter.name);
      expect(declared, operation.name).toEqual(places);
    }
    expect(ids.size).toBe(Object.keys(operations).length);
    const text = JSON.stringify(body);
    expect(text).not.toMatch(/"\$ref":"#"|\$defs/);
    for (const [reference] of text.matchAll(/"#\/[^"]+"/g)) {
      const steps = reference.slice(3, -1).split("/").map(decodeURIComponent);
      const target = steps.reduce<unknown>(
        (at, step) => (at as Record<string, unknown>)[step],
        body,
      );
      expect(target, reference).toBeDefined();
    }
  });

  test("given an invoice whose request was proposed away by two sessions of one person, then not", async () => {
    await room.company.tell(invoice("1", "c1", 5));
    const id = await caseId();
    const asked = { reasonCode: "other", expiresAt: "2030-01-01T00:00:00Z", yes: true };
    const { body } = await post(ada, `/exceptions/${id}/exclude`, asked);
    const listed = await ada.ask("/api/v1/proposals");
    const [first] = listed.body["proposals"] as { contentHash: string; own: boolean }[];
    expect(first?.own).toBe(true);
    const path = `/proposals/${String(body["proposal"])}/approve`;
    const contentHash = first?.contentHash;
    const person = await room.company.pool.query("select id from person where name = 'Ada Meyer'");
    await room.company.pool.query(
      `insert into account (id, person_id, kind, login, password_hash)
       select gen_random_uuid(), $1, 'local', 'ada2', password_hash
       from account where login = 'ada'`,
      [person.rows[0].id],
    );
    const second = await room.signIn("ada2");
    for (const client of [ada, second]) {
      expect(await post(client, path, { contentHash })).toMatchObject({
        status: 409,
        body: { code: "E_OPERATIONS_APPROVAL_NEEDED" },
      });
    }
    await room.person("Kenji Sato", ["approver"], "US");
    const kenji = await room.signIn("kenji");
    const done = await post(kenji, path, { contentHash });
    expect(done.body).toMatchObject({ people: ["Ada Meyer", "Kenji Sato"] });
    expect((await post(kenji, path, { contentHash })).status).toBe(409);
  });
});
