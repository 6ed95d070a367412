import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiRoom, Client } from "../../../test/support/api-room.ts";
import { openApiRoom, PASSWORD } from "../../../test/support/api-room.ts";

let room: ApiRoom;

beforeAll(async () => {
  room = await openApiRoom({ liveProofMs: 100 });
  await room.person("Ada Meyer", ["controller", "analyst"]);
  await room.person("Ben Roth", ["analyst"], "US");
});

afterAll(() => room.close());

const signInWith = (body: unknown, headers: Record<string, string> = {}) =>
  room.ask("/api/v1/session", { method: "POST", body, headers });

describe("sessions", () => {
  test("given a password, then the session says who one is and what one may, until sign-out", async () => {
    const ada = await room.signIn("ADA");
    const { status, body, headers } = await ada.ask("/api/v1/session");
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({
      person: { name: "Ada Meyer" },
      account: { login: "ada", kind: "local" },
      means: "session",
      csrf: ada.csrf,
    });
    expect(body["permissions"]).toMatchObject({ "exception.exclude": { all: true } });
    expect(Object.keys(body["permissions"] as object)).not.toContain("person.manage");
    expect((await ada.ask("/api/v1/session", { method: "DELETE" })).status).toBe(204);
    expect((await ada.ask("/api/v1/session")).status).toBe(401);
  });

  test("given roles in one legal entity, then permissions say which", async () => {
    const ben = await room.signIn("ben");
    const { body } = await ben.ask("/api/v1/session");
    expect(body["permissions"]).toMatchObject({
      "exception.read": { all: false, legalEntities: ["US"], unassigned: false },
    });
  });

  test("given nobody, then every address but sign-in answers 401 as a problem", async () => {
    const answer = await room.ask("/api/v1/exceptions");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ code: "E_ACCESS_NOT_SIGNED_IN", status: 401 });
    expect((await room.ask("/api/v1/nothing")).status).toBe(404);
  });

  test("given a cookie that somebody planted, then sign-in gives another one and ends the old", async () => {
    const first = await room.signIn("ada");
    const planted = await signInWith(
      { login: "ben", password: PASSWORD },
      { cookie: first.cookie },
    );
    const given = planted.headers.get("set-cookie") ?? "";
    expect(given).toContain("HttpOnly; SameSite=Lax");
    expect(given.startsWith(`${first.cookie};`)).toBe(false);
    expect((await first.ask("/api/v1/session")).status).toBe(401);
    const unknown = await signInWith(
      { login: "ada", password: PASSWORD },
      { cookie: "tieout=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    );
    expect(unknown.headers.get("set-cookie")).not.toContain("AAAAAAAAAAAA");
  });

  test("given another site, a form or no token, then nothing changes hands", async () => {
    const body = { login: "ada", password: PASSWORD };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      { origin: "null" },
    ]) {
      const refused = await signInWith(body, headers);
      expect(refused).toMatchObject({ status: 403, body: { code: "E_ACCESS_CSRF" } });
      expect(refused.headers.get("set-cookie")).toBe(null);
    }
    const form = await fetch(`${room.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify(body),
    });
    expect(form.status).toBe(415);
    const ada = await room.signIn("ada");
    const path = "/api/v1/exceptions/retry";
    for (const token of ["", "x", ada.cookie.split("=")[1] ?? ""]) {
      const headers = { "x-tieout-csrf": token };
      const refused = await ada.ask(path, { method: "POST", body: { cause: "x" }, headers });
      expect(refused).toMatchObject({ status: 403, body: { code: "E_ACCESS_CSRF" } });
    }
    const other = await room.signIn("ben");
    const headers = { "x-tieout-csrf": other.csrf };
    const crossed = await ada.ask(path, { method: "POST", body: { cause: "x" }, headers });
    expect(crossed.status).toBe(403);
    const allowed = await ada.ask(path, { method: "POST", body: { cause: "x" } });
    expect(room.errors).toEqual([]);
    expect(allowed).toMatchObject({
      status: 404,
      body: { code: "E_OPERATIONS_NOTHING_TO_REPAIR" },
    });
  });

  test("given time, then a session ends idle and at the end of its day, by the database's clock", async () => {
    const idle = await room.signIn("ada");
    await room.company.pool.query("update session set seen_at = now() - interval '61 minutes'");
    expect((await idle.ask("/api/v1/session")).status).toBe(401);
    const old = await room.signIn("ada");
    await room.company.pool.query("update session set expires_at = now() - interval '1 second'");
    expect((await old.ask("/api/v1/session")).status).toBe(401);
  });

  test("given a page that only looks, then its session becomes idle, and its live stream ends", async () => {
    const ada = await room.signIn("ada");
    const { pool } = room.company;
    const idleFor = async (minutes: number) => {
      const sql =
        "update session set seen_at = now() - make_interval(mins => $1) returning seen_at";
      return (await pool.query(sql, [minutes])).rows[0].seen_at;
    };
    const seen = async () =>
      (await pool.query("select seen_at from session where ended_at is null")).rows[0].seen_at;
    await pool.query("delete from session where ended_at is not null or expires_at < now()");
    const url = `${room.url}/api/v1/live?of=exceptions`;
    const before = await idleFor(59);
    const stream = await fetch(url, { headers: { cookie: ada.cookie } });
    const reader = stream.body?.getReader();
    const told = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await told()).toContain("event: open");
    expect(await told()).toContain(": alive");
    const refresh = { headers: { "x-tieout-refresh": "1" } };
    expect((await ada.ask("/api/v1/exceptions", refresh)).status).toBe(200);
    expect(await seen()).toEqual(before);
    expect((await ada.ask("/api/v1/exceptions")).status).toBe(200);
    expect(await seen()).not.toEqual(before);
    await idleFor(61);
    const ended = async (): Promise<boolean> => (await reader?.read())?.done === true || ended();
    expect(await ended()).toBe(true);
    expect((await ada.ask("/api/v1/exceptions", refresh)).status).toBe(401);
  });

  test("given the ledger, then it holds no secret: only hashes of sessions and passwords", async () => {
    const ada = await room.signIn("ada");
    const secret = ada.cookie.split("=")[1] ?? "";
    const rows = await room.company.pool.query(
      "select (select string_agg(s::text, '') from session s) as sessions, password_hash from account",
    );
    expect(JSON.stringify(rows.rows)).not.toContain(secret);
    for (const row of rows.rows) expect(row.password_hash).toMatch(/^\$argon2id\$/);
  });

  test("given many wrong tries, also at once, then account and address wait; the word is the same", async () => {
    await room.person("Cleo Lang", ["analyst"]);
    const wrong = { login: "cleo", password: "wrong password" };
    const tries = await Promise.all(Array.from({ length: 14 }, () => signInWith(wrong)));
    const statuses = tries.map((one) => one.status).sort();
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const locked = await signInWith({ login: "cleo", password: PASSWORD });
    expect(locked).toMatchObject({ status: 429, body: { code: "E_ACCESS_LOCKED" } });
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(600);
    const unknown = await signInWith({ login: "nobody", password: "wrong password" });
    const known = tries.find((one) => one.status === 401);
    expect(unknown.body).toEqual(known?.body);
    await room.company.pool.query("update sign_in_try set since = now() - interval '16 minutes'");
    expect((await signInWith({ login: "cleo", password: PASSWORD })).status).toBe(200);
    for (let index = 0; index < 70; index += 1) {
      const answer = await signInWith({ login: `guess${index}`, password: "wrong password" });
      if (answer.status === 429) break;
    }
    const blocked = await signInWith({ login: "ada", password: PASSWORD });
    expect(blocked.status).toBe(429);
    await room.company.pool.query("delete from sign_in_try");
  });

  test("given an account that was disabled, then its session ends at once and it signs in no more", async () => {
    await room.person("Dora Ito", ["analyst"]);
    const dora = await room.signIn("dora");
    await room.company.pool.query("update account set disabled_at = now() where login = 'dora'");
    expect((await dora.ask("/api/v1/session")).status).toBe(401);
    expect((await signInWith({ login: "dora", password: PASSWORD })).status).toBe(401);
  });
});

describe("passwords", () => {
  const change = (who: Client, body: object, headers: Record<string, string> = {}) =>
    who.ask("/api/v1/session/password", { method: "POST", body, headers });
  const reset = (body: object, headers: Record<string, string> = {}) =>
    room.ask("/api/v1/session/reset", { method: "POST", body, headers });
  const NEW = "another horse battery";

  test("given the present password, then another one holds and every other session has ended", async () => {
    await room.person("Doris Elm", ["analyst"]);
    const here = await room.signIn("doris");
    const elsewhere = await room.signIn("doris");
    const changed = await change(here, { current: PASSWORD, password: NEW });
    expect(changed).toMatchObject({ status: 200, body: { person: { name: "Doris Elm" } } });
    const cookie = changed.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(cookie).not.toBe(here.cookie);
    expect((await room.ask("/api/v1/session", { headers: { cookie } })).status).toBe(200);
    for (const old of [here, elsewhere]) {
      expect((await old.ask("/api/v1/session")).status).toBe(401);
    }
    expect((await signInWith({ login: "doris", password: PASSWORD })).status).toBe(401);
    expect((await signInWith({ login: "doris", password: NEW })).status).toBe(200);
    const { rows } = await room.company.pool.query(
      "select actor, after ->> 'login' as login from audit where operation = 'change-password'",
    );
    expect(rows).toEqual([{ actor: "Doris Elm", login: "doris" }]);
    expect(
      JSON.stringify((await room.company.pool.query("select * from audit")).rows),
    ).not.toContain(NEW);
  });

  test("given a wrong one, a short one, another site or a token, then nothing changes", async () => {
    await room.person("Ella Fox", ["analyst"]);
    const ella = await room.signIn("ella");
    const good = { current: PASSWORD, password: NEW };
    expect(await change(ella, { ...good, current: "not this one at all" })).toMatchObject({
      status: 400,
      body: { code: "E_ACCESS_CURRENT_PASSWORD" },
    });
    for (const password of ["short", "x".repeat(201)]) {
      expect(await change(ella, { ...good, password })).toMatchObject({
        status: 400,
        body: { code: "E_ACCESS_PASSWORD" },
      });
    }
    expect(await change(ella, good, { "x-tieout-csrf": "" })).toMatchObject({
      body: { code: "E_ACCESS_CSRF" },
    });
    expect(await change(ella, good, { "sec-fetch-site": "cross-site" })).toMatchObject({
      status: 403,
    });
    const made = await ella.ask("/api/v1/tokens", {
      method: "POST",
      body: { name: "x", permissions: ["story.read"] },
    });
    const authorization = `Bearer ${String(made.body["token"])}`;
    const byToken = await room.ask("/api/v1/session/password", {
      ...{ method: "POST", body: good, headers: { authorization } },
    });
    expect(byToken.body).toMatchObject({ code: "E_ACCESS_NO_PASSWORD" });
    expect((await ella.ask("/api/v1/session")).status).toBe(200);
    expect((await signInWith({ login: "ella", password: PASSWORD })).status).toBe(200);
  });

  test("given guesses from an open session, then they count as tries at signing in", async () => {
    await room.person("Finn Gale", ["analyst"]);
    const finn = await room.signIn("finn");
    const guess = { current: "not this one at all", password: NEW };
    const told: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) told.push((await change(finn, guess)).status);
    expect(told).toEqual([...Array(10).fill(400), 429]);
  });

  test("given an administrator's link, then it sets a password once, and ends the sessions", async () => {
    await room.person("Gina Hall", ["analyst"]);
    await room.person("Rhea Admin", ["admin"]);
    const admin = await room.signIn("rhea");
    const gina = await room.signIn("gina");
    const ask = (who: string) =>
      admin.ask(`/api/v1/users/${who}/reset-password`, { method: "POST", body: {} });
    const first = await ask("gina");
    expect((await gina.ask("/api/v1/session")).status).toBe(401);
    const second = await ask("gina");
    const secretOf = ({ body }: typeof first): string =>
      String(body["path"]).replace("/reset#", "");
    expect(secretOf(second)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    // A newer link takes the place of the one before.
    expect(await reset({ secret: secretOf(first), password: NEW })).toMatchObject({
      status: 400,
      body: { code: "E_ACCESS_RESET" },
    });
    const use = { secret: secretOf(second), password: NEW };
    expect((await reset({ ...use, password: "short" })).status).toBe(400);
    expect((await reset(use, { origin: "https://evil.example" })).status).toBe(403);
    const before = await room.signIn("gina");
    expect(await reset(use)).toMatchObject({ status: 200, body: { login: "gina" } });
    expect((await before.ask("/api/v1/session")).status).toBe(401);
    expect((await reset(use)).body).toMatchObject({ code: "E_ACCESS_RESET" });
    expect((await signInWith({ login: "gina", password: NEW })).status).toBe(200);
    const kept = await room.company.pool.query("select * from password_reset");
    expect(JSON.stringify(kept.rows)).not.toContain(secretOf(second));
    expect((await ask("nobody")).status).toBe(404);
  });

  test("given a link that is over or of a disabled account, then it sets nothing", async () => {
    await room.person("Hugo Ives", ["analyst"]);
    const admin = await room.signIn("rhea");
    const post = (path: string) =>
      admin.ask(`/api/v1/users/hugo/${path}`, { method: "POST", body: {} });
    const { body } = await post("reset-password");
    const secret = String(body["path"]).replace("/reset#", "");
    const { pool } = room.company;
    await pool.query("update password_reset set expires_at = now() where used_at is null");
    expect((await reset({ secret, password: NEW })).body).toMatchObject({ code: "E_ACCESS_RESET" });
    const again = String((await post("reset-password")).body["path"]).replace("/reset#", "");
    await post("disable");
    expect((await reset({ secret: again, password: NEW })).status).toBe(400);
    expect((await signInWith({ login: "hugo", password: NEW })).status).toBe(401);
  });
});
