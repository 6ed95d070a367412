/** A small company with its HTTP API open: people with accounts, and a client for each of them. */

import type { Role } from "../../src/access/roles.ts";
import { scopedBy } from "../../src/app/hub-api.ts";
import { systemPasswords } from "../../src/app/passwords.ts";
import type { ProviderSettings } from "../../src/http/api/api-parts.ts";
import type { HttpServer } from "../../src/http/server.ts";
import { openHttpServer } from "../../src/http/server.ts";
import { uuidV7 } from "../../src/kernel/ids.ts";
import { ensureApiRole } from "../../src/store/ensure-api-role.ts";
import { grantRole } from "../../src/store/grant-role.ts";
import { insertAccount, insertPerson } from "../../src/store/insert-account.ts";
import type { Company } from "./story-company.ts";
import { openCompany } from "./story-company.ts";
import { systemRandom } from "./system-random.ts";

export const PASSWORD = "correct horse battery";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface Ask {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Client {
  readonly cookie: string;
  readonly csrf: string;
  ask(path: string, ask?: Ask): Promise<Answer>;
}

export interface ApiRoom {
  readonly company: Company;
  readonly url: string;
  readonly server: HttpServer;
  readonly errors: unknown[];
  /** A person with a local account under the lower-cased first name; `entity` undefined: all. */
  person(name: string, roles: readonly Role[], entity?: string): Promise<string>;
  /** Asks as nobody. */
  ask(path: string, ask?: Ask): Promise<Answer>;
  signIn(login: string, password?: string): Promise<Client>;
  close(): Promise<void>;
}

export interface RoomOptions {
  readonly port?: number;
  readonly publicUrl?: URL;
  readonly provider?: ProviderSettings;
  readonly liveProofMs?: number;
}

export async function openApiRoom(more: RoomOptions = {}): Promise<ApiRoom> {
  const company = await openCompany();
  const { pool, context } = company;
  const role = await ensureApiRole(pool);
  if (!role.ready) throw new Error(role.why);
  const errors: unknown[] = [];
  const { actor: _actor, ...parts } = context;
  const server = await openHttpServer({
    host: "127.0.0.1",
    port: more.port ?? 0,
    intake: new Map(),
    health: async () => ({ ok: true, body: {} }),
    ready: async () => ({ ok: true, body: {} }),
    metrics: async () => ({ type: "text/plain", text: "" }),
    onError: (cause) => errors.push(cause),
    api: {
      context: { ...parts, random: systemRandom, scoped: scopedBy(pool, role) },
      passwords: systemPasswords,
      publicUrl: more.publicUrl,
      provider: more.provider,
      liveProofMs: more.liveProofMs,
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const ask = (path: string, how: Ask = {}) => send(url, path, how);
  return {
    ...{ company, url, server, errors, ask },
    person: (name, roles, entity) => addPerson(company, name, roles, entity),
    signIn: (login, password = PASSWORD) => signIn(url, login, password),
    async close() {
      await server.close();
      await company.close();
    },
  };
}

let passwordHash: Promise<string> | undefined;

async function addPerson(
  { pool, context: { clock } }: Company,
  name: string,
  roles: readonly Role[],
  entity: string | undefined,
): Promise<string> {
  const id = () => uuidV7(clock, systemRandom);
  const personId = await insertPerson(pool, id(), name);
  passwordHash ??= systemPasswords.hash(PASSWORD);
  await insertAccount(pool, {
    id: id(),
    personId,
    kind: "local",
    login: (name.split(" ")[0] ?? name).toLowerCase(),
    passwordHash: await passwordHash,
    issuer: undefined,
  });
  for (const role of roles) {
    const grant = { id: id(), personId, role, legalEntity: entity, by: "test", despite: undefined };
    await grantRole(pool, grant);
  }
  return personId;
}

async function send(url: string, path: string, how: Ask): Promise<Answer> {
  const sent = how.body === undefined ? undefined : JSON.stringify(how.body);
  const response = await fetch(url + path, {
    method: how.method ?? "GET",
    redirect: "manual",
    headers: {
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...how.headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") === true;
  const body = (json && text !== "" ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, text, body };
}

async function signIn(url: string, login: string, password: string): Promise<Client> {
  const answer = await send(url, "/api/v1/session", { method: "POST", body: { login, password } });
  if (answer.status !== 200) throw new Error(`not signed in: ${answer.text}`);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const csrf = String(answer.body["csrf"]);
  return {
    cookie,
    csrf,
    ask: (path, how = {}) =>
      send(url, path, { ...how, headers: { cookie, "x-tieout-csrf": csrf, ...how.headers } }),
  };
}
