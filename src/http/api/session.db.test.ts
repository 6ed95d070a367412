import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiRoom } from "../../../test/support/api-room.ts";
import { openApiRoom, PASSWORD } from "../../../test/support/api-room.ts";

let room: ApiRoom;

beforeAll(async () => {
  room = await openApiRoom();
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
