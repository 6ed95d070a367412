import { generateKeyPairSync, sign } from "node:crypto";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiRoom } from "../../../test/support/api-room.ts";
import { openApiRoom } from "../../../test/support/api-room.ts";
import type { Browser, Page } from "../../../test/support/browser.ts";
import { openBrowser } from "../../../test/support/browser.ts";

interface Listening {
  readonly url: string;
  readonly server: Server;
  answer(listener: RequestListener): void;
}

async function listen(): Promise<Listening> {
  let listener: RequestListener = (_request, response) => response.end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer = (next: RequestListener): void => {
    listener = next;
  };
  return { url: `http://127.0.0.1:${port}`, server, answer };
}

async function freePort(): Promise<number> {
  const { server, url } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return Number(new URL(url).port);
}

let honest: Listening;
let liar: Listening;
let room: ApiRoom;
let lied: ApiRoom;

type Signing = "none" | "another key" | "own key";

const ownKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherKey = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Vouches for the boss, with an ID token signed as the test says. */
function providerSigning(issuer: string, how: () => Signing): RequestListener {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (claims: object): string => {
    const header = how() === "none" ? { alg: "none" } : { alg: "RS256", kid: "k" };
    const input = `${part(header)}.${part(claims)}`;
    if (how() === "none") return `${input}.`;
    const { privateKey } = how() === "own key" ? ownKey : otherKey;
    return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
  };
  return (request, response) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: issuer, aud: "tieout", sub: "boss", nonce, iat: now, exp: now + 60 },
      ...{ email: "ada@example.com", email_verified: true },
    };
    const answers: Readonly<Record<string, object>> = {
      "/.well-known/openid-configuration": {
        ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
        ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ["code"] },
        id_token_signing_alg_values_supported: ["RS256", "none"],
      },
      "/jwks": { keys: [{ ...ownKey.publicKey.export({ format: "jwk" }), kid: "k", use: "sig" }] },
      "/token": { access_token: "x", token_type: "bearer", id_token: token(claims) },
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers[request.url?.split("?")[0] ?? ""] ?? {}));
  };
}

let nonce = "";
let signing: Signing = "none";

beforeAll(async () => {
  honest = await listen();
  liar = await listen();
  const [port, otherPort] = [await freePort(), await freePort()];
  const settings = { name: "Works", clientId: "tieout", clientSecret: "secret-of-the-client" };
  const open = (issuer: string, at: number) =>
    openApiRoom({
      port: at,
      publicUrl: new URL(`http://127.0.0.1:${at}`),
      provider: { ...settings, issuer, allowPlainHttp: true },
    });
  const provider = new Provider(honest.url, {
    clients: [
      {
        ...{ client_id: "tieout", client_secret: settings.clientSecret },
        redirect_uris: [`http://127.0.0.1:${port}/api/v1/session/oidc/callback`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: async (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({
        ...{ sub: id, email: `${id}@example.com`, email_verified: id !== "eve" },
      }),
    }),
    cookies: { keys: ["test"] },
  });
  honest.answer(provider.callback());
  liar.answer(providerSigning(liar.url, () => signing));
  room = await openApiRoomAt(open, honest.url, port);
  lied = await openApiRoomAt(open, liar.url, otherPort);
});

async function openApiRoomAt(
  open: (issuer: string, at: number) => Promise<ApiRoom>,
  issuer: string,
  port: number,
): Promise<ApiRoom> {
  const opened = await open(issuer, port);
  const id = await opened.person("Ada Meyer", ["controller"]);
  await opened.company.pool.query(
    `insert into account (id, person_id, kind, login, issuer)
     values (gen_random_uuid(), $1, 'oidc', 'ada@example.com', $2)`,
    [id, issuer],
  );
  return opened;
}

afterAll(async () => {
  await room.close();
  await lied.close();
  for (const { server } of [honest, liar]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Goes through the provider's own pages; ends at the redirect back to us, not yet followed. */
async function goThrough(browser: Browser, login: string, back = "/queue"): Promise<Page> {
  const start = await browser.get(
    `${room.url}/api/v1/session/oidc?return=${encodeURIComponent(back)}`,
  );
  const atProvider = (url: string) => url.startsWith(honest.url);
  let page = await browser.follow(start, atProvider);
  for (const prompt of ["login", "consent"]) {
    const form = { prompt, login, password: "any" };
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? "";
    page = await browser.follow(
      await browser.post(new URL(action, page.url).href, form),
      atProvider,
    );
  }
  return page;
}

describe("sign-in through an identity provider", () => {
  test("given a person who was added, then the provider's word signs in, and binds for good", async () => {
    const listed = await room.ask("/api/v1/session/providers");
    expect(listed.body).toEqual({
      providers: [{ name: "Works", signInPath: "/api/v1/session/oidc" }],
    });
    const browser = openBrowser();
    const back = await goThrough(browser, "ada");
    const arrived = await browser.get(back.location ?? "");
    expect(arrived.text).toBe("");
    expect(arrived).toMatchObject({ status: 303, location: `${room.url}/queue` });
    const me = await browser.get(`${room.url}/api/v1/session`);
    expect(JSON.parse(me.text)).toMatchObject({
      person: { name: "Ada Meyer" },
      account: { kind: "oidc", login: "ada@example.com" },
    });
    // An answer is good once.
    expect((await browser.get(back.location ?? "")).status).toBe(401);
    const bound = await room.company.pool.query("select subject from account where kind = 'oidc'");
    expect(bound.rows).toEqual([{ subject: "ada" }]);
  });

  test("given somebody nobody added, or another browser's answer, then nobody is signed in", async () => {
    const stranger = openBrowser();
    const back = await goThrough(stranger, "mallory");
    const refused = await stranger.get(back.location ?? "");
    expect(refused.status).toBe(401);
    expect(refused.text).toContain("no account here was added");
    const thief = openBrowser();
    const stolen = await goThrough(openBrowser(), "ada");
    expect((await thief.get(stolen.location ?? "")).status).toBe(401);
    expect(thief.cookies.get(new URL(room.url).host)?.has("tieout") ?? false).toBe(false);
  });

  test("given an address that the provider did not verify, then it proves nothing", async () => {
    const id = await room.person("Eve Adams", ["analyst"]);
    await room.company.pool.query(
      `insert into account (id, person_id, kind, login, issuer)
       values (gen_random_uuid(), $1, 'oidc', 'eve@example.com', $2)`,
      [id, honest.url],
    );
    const eve = openBrowser();
    const back = await goThrough(eve, "eve");
    expect((await eve.get(back.location ?? "")).status).toBe(401);
  });

  test("given a return address elsewhere, then one lands on our own first page", async () => {
    for (const bad of ["//evil.example", "https://evil.example/", "/\\evil.example", "/a\r\nb"]) {
      const browser = openBrowser();
      const back = await goThrough(browser, "ada", bad);
      const arrived = await browser.get(back.location ?? "");
      expect(arrived, bad).toMatchObject({ status: 303, location: `${room.url}/` });
    }
  });

  test("given an ID token that nobody signed, or another key, then only its provider's counts", async () => {
    const callback = `${lied.url}/api/v1/session/oidc/callback`;
    const tryWith = async (how: Signing) => {
      signing = how;
      const browser = openBrowser();
      const start = await browser.get(`${lied.url}/api/v1/session/oidc`);
      const asked = new URL(start.location ?? "").searchParams;
      nonce = asked.get("nonce") ?? "";
      expect(asked.get("code_challenge_method")).toBe("S256");
      const answer = await browser.get(`${callback}?code=x&state=${asked.get("state")}`);
      const me = await browser.get(`${lied.url}/api/v1/session`);
      const bound = await lied.company.pool.query<{ subject: string | null }>(
        "select subject from account where kind = 'oidc'",
      );
      return [answer.status, me.status, bound.rows[0]?.subject];
    };
    expect(await tryWith("none")).toEqual([401, 401, null]);
    expect(await tryWith("another key")).toEqual([401, 401, null]);
    // The same in all but the signature: what was refused above was refused for it.
    expect(await tryWith("own key")).toEqual([303, 200, "boss"]);
  });
});
