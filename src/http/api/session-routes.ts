/** `/api/v1/session`: sign in, sign out, who am I and what may I. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Scope } from "../../access/roles.ts";
import { may, permissions, scopeOf } from "../../access/roles.ts";
import { ABSOLUTE_HOURS } from "../../access/session-rules.ts";
import { formatId } from "../../kernel/ids.ts";
import { signIn, signOut } from "../../operations/people/sign-in.ts";
import type { Asker } from "../../operations/people/who-asks.ts";
import { askerOfSession } from "../../operations/people/who-asks.ts";
import { API_BASE } from "../../operations/routes.ts";
import { httpErrors } from "../errors.ts";
import type { ApiParts } from "./api-parts.ts";
import { demandKnown, isSecure, secretOf, sendJson } from "./api-parts.ts";
import { inputOfBody } from "./read-input.ts";
import { cookieName, csrfOf, demandOwnPage, setCookie } from "./session-cookie.ts";

export const signInBody = z.strictObject({
  login: z.string().min(1).max(200),
  password: z.string().min(1).max(1000),
});

const scopeShape = z.strictObject({
  all: z.boolean(),
  legalEntities: z.array(z.string()),
  unassigned: z.boolean(),
});

export const sessionShape = z.strictObject({
  person: z.strictObject({ id: z.string(), name: z.string() }),
  account: z.strictObject({ login: z.string(), kind: z.enum(["local", "oidc"]) }).optional(),
  means: z.enum(["session", "token"]),
  roles: z.array(z.strictObject({ role: z.string(), legalEntity: z.string().optional() })),
  /** What is held and over which rows; what is not here is not allowed. */
  permissions: z.record(z.string(), scopeShape),
  /** For the header `x-tieout-csrf` of changing requests; a token needs none. */
  csrf: z.string().optional(),
  expiresAt: z.string(),
});

export type SessionView = z.infer<typeof sessionShape>;

/** What the holder of a session or a token is told. */
export function viewOf(parts: ApiParts, asker: Asker, secret: string | undefined): SessionView {
  const { actor } = asker;
  const held: Record<string, Scope & { legalEntities: string[] }> = {};
  for (const permission of permissions) {
    if (!may(actor, permission)) continue;
    const scope = scopeOf(actor, permission);
    held[permission] = { ...scope, legalEntities: [...scope.legalEntities] };
  }
  return {
    person: { ...asker.person, id: formatId("person", asker.person.id) },
    account: asker.account,
    means: asker.means,
    roles: [...actor.roles.map((role) => ({ role })), ...(actor.entityRoles ?? [])],
    permissions: held,
    csrf: secret === undefined ? undefined : csrfOf(parts.context.hasher, secret),
    expiresAt: asker.expiresAt,
  };
}

/** Hands a new session to the browser. */
export function giveCookie(parts: ApiParts, reply: FastifyReply, secret: string): void {
  const secure = isSecure(parts);
  const seconds = ABSOLUTE_HOURS * 3600;
  void reply.header("set-cookie", setCookie(cookieName(secure), secret, secure, seconds));
}

export function addSessionRoutes(app: FastifyInstance, parts: ApiParts): void {
  const url = `${API_BASE}/session`;
  const { pool, hasher } = parts.context;
  app.get(url, async (request, reply) => {
    const { asker, secret } = await demandKnown(parts, request);
    return sendJson(reply, 200, JSON.stringify(viewOf(parts, asker, secret)));
  });
  app.post(url, async (request, reply) => {
    // There is no session yet to derive a token from; a foreign form is refused by its origin, and
    // by its content type, for only `application/json` is read here.
    demandOwnPage(request, hasher, undefined);
    const { login, password } = readSignIn(request);
    const previous = secretOf(parts, request);
    const from = { login, password, address: request.ip, previous };
    const secret = await signIn({ ...parts.context, passwords: parts.passwords }, from);
    const asker = await askerOfSession(pool, hasher, secret);
    if (asker === undefined) throw httpErrors.E_HTTP_INTERNAL();
    giveCookie(parts, reply, secret);
    return sendJson(reply, 200, JSON.stringify(viewOf(parts, asker, secret)));
  });
  app.delete(url, async (request, reply) => {
    const secret = secretOf(parts, request);
    if (secret !== undefined) {
      demandOwnPage(request, hasher, secret);
      await signOut(parts.context, secret);
    }
    const secure = isSecure(parts);
    void reply.header("set-cookie", setCookie(cookieName(secure), "", secure, 0));
    return reply.code(204).send();
  });
}

function readSignIn(request: FastifyRequest): z.infer<typeof signInBody> {
  const parsed = signInBody.safeParse(inputOfBody(request.body));
  if (parsed.success) return parsed.data;
  throw httpErrors.E_HTTP_BODY({ problems: "login and password are needed, as texts" });
}
