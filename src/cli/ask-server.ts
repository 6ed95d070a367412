/**
 * The same operations, asked of a hub elsewhere: its HTTP API, with a token. Answers are checked
 * against the operation's own shape, so that an older or newer server is told from a wrong one.
 */
import type { z } from "zod";
import type { ErrorClass } from "../kernel/errors.ts";
import { messageOf, TieoutError } from "../kernel/errors.ts";
import { operations } from "../operations/all-operations.ts";
import type { Operation } from "../operations/operation.ts";
import type { Route } from "../operations/routes.ts";
import { API_BASE, pathInputs, routes } from "../operations/routes.ts";
import { cliErrors } from "./errors.ts";

export interface Server {
  readonly url: string;
  readonly token: string | undefined;
}

/** Throws what the operation throws there, and E_CLI_SERVER_* for what goes wrong on the way. */
export async function askServer<Input extends z.ZodType, Output extends z.ZodType>(
  server: Server,
  operation: Operation<Input, Output>,
  input: unknown,
): Promise<z.output<Output>> {
  const base = addressOf(server);
  const { url, init } = requestOf(routeOf(operation.name), input);
  const headers = { ...init.headers, authorization: `Bearer ${server.token ?? ""}` };
  const response = await fetch(new URL(url, base), { ...init, headers, redirect: "error" }).catch(
    (cause: unknown) => {
      const reason = cause instanceof Error ? messageOf(cause.cause ?? cause) : String(cause);
      throw cliErrors.E_CLI_SERVER_SILENT({ server: server.url, reason }, cause);
    },
  );
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (!response.ok) throw toldBy(server, response.status, answer);
  const parsed = operation.output.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw cliErrors.E_CLI_SERVER_ANSWER({ server: server.url, status: response.status });
}

/** A token over plain HTTP is everybody's on the way. */
function addressOf({ url, token }: Server): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  const here = base !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(base.hostname);
  if (base === undefined || (base.protocol !== "https:" && !(base.protocol === "http:" && here))) {
    throw cliErrors.E_CLI_SERVER_ADDRESS({ server: url });
  }
  if (token === undefined || !/^[A-Za-z0-9_-]+$/.test(token)) throw cliErrors.E_CLI_TOKEN_MISSING();
  return base;
}

function routeOf(name: string): Route {
  const keys = Object.keys(operations) as (keyof typeof operations)[];
  const key = keys.find((one) => operations[one].name === name);
  if (key === undefined) throw new Error(`${name} is in no list of operations`);
  return routes[key];
}

function requestOf(
  route: Route,
  input: unknown,
): { url: string; init: { method: string; headers: Record<string, string>; body?: string } } {
  const given = { ...(input as Record<string, unknown>) };
  let path = API_BASE + route.path;
  for (const name of pathInputs(route.path)) {
    path = path.replace(`{${name}}`, encodeURIComponent(String(given[name] ?? "")));
    delete given[name];
  }
  if (route.method === "POST") {
    const headers = { "content-type": "application/json" };
    return { url: path, init: { method: "POST", headers, body: JSON.stringify(given) } };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  const search = query.size === 0 ? "" : `?${query}`;
  return { url: path + search, init: { method: "GET", headers: {} } };
}

/** The server's own error, with the code and the words it has there. */
function toldBy(server: Server, status: number, answer: unknown): Error {
  const { code, detail } = (answer ?? {}) as { code?: unknown; detail?: unknown };
  if (typeof code !== "string" || typeof detail !== "string") {
    return cliErrors.E_CLI_SERVER_ANSWER({ server: server.url, status });
  }
  const kind: ErrorClass = status >= 500 ? "retry" : status === 409 ? "pause" : "reject";
  return new TieoutError(code, { message: detail, class: kind }, {});
}
