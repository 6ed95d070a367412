/** What the HTTP API is made from; everything that differs between machines is passed in. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { accessErrors } from "../../access/errors.ts";
import type { Actor } from "../../access/roles.ts";
import type { OperationContext } from "../../operations/operation.ts";
import type { Passwords } from "../../operations/people/passwords.ts";
import type { Asker } from "../../operations/people/who-asks.ts";
import { askerOfSession, askerOfToken } from "../../operations/people/who-asks.ts";
import { cookieName, readCookie } from "./session-cookie.ts";

export interface ApiParts {
  /** Without an actor: each request brings its own. */
  readonly context: Omit<OperationContext, "actor" | "passwords">;
  readonly passwords: Passwords;
  /** Where browsers reach us; HTTPS there makes the cookies secure. */
  readonly publicUrl: URL | undefined;
  readonly provider?: ProviderSettings | undefined;
  /** How often a live stream proves its session; 20 s. */
  readonly liveProofMs?: number | undefined;
  readonly onError: (cause: unknown, where: string) => void;
}

/** An OpenID provider; needs `publicUrl`, to which it sends people back. */
export interface ProviderSettings {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** For a provider on this machine only. */
  readonly allowPlainHttp: boolean;
}

export interface Known {
  readonly asker: Asker;
  /** The session's secret; undefined when a token proved who asks. */
  readonly secret: string | undefined;
}

export function isSecure(parts: ApiParts): boolean {
  return parts.publicUrl?.protocol === "https:";
}

export function secretOf(parts: ApiParts, request: FastifyRequest): string | undefined {
  return readCookie(request, cookieName(isSecure(parts)));
}

/** What the console asks again without anybody's doing says so; a changing request cannot. */
function isByPerson({ method, headers }: FastifyRequest): boolean {
  return method !== "GET" || headers["x-tieout-refresh"] !== "1";
}

/** Who asks, by token or by session; undefined when neither proves anybody. */
export async function whoAsks(
  parts: ApiParts,
  request: FastifyRequest,
  byPerson = isByPerson(request),
): Promise<Known | undefined> {
  const { pool, hasher } = parts.context;
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    // A wrong token is an answer of its own: falling back to a cookie would hide the mistake.
    const token = /^Bearer ([A-Za-z0-9_-]{10,200})$/.exec(authorization)?.[1];
    const asker = token === undefined ? undefined : await askerOfToken(pool, hasher, token);
    return asker === undefined ? undefined : { asker, secret: undefined };
  }
  const secret = secretOf(parts, request);
  if (secret === undefined) return undefined;
  const asker = await askerOfSession(pool, hasher, secret, byPerson);
  return asker === undefined ? undefined : { asker, secret };
}

/** Throws E_ACCESS_NOT_SIGNED_IN. */
export async function demandKnown(
  parts: ApiParts,
  request: FastifyRequest,
  byPerson?: boolean,
): Promise<Known> {
  const known = await whoAsks(parts, request, byPerson);
  if (known === undefined) throw accessErrors.E_ACCESS_NOT_SIGNED_IN();
  return known;
}

export function contextOf(parts: ApiParts, actor: Actor): OperationContext {
  return { ...parts.context, passwords: parts.passwords, actor };
}

export function sendJson(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).type("application/json; charset=utf-8").send(body);
}
