/** `/api/v1/session/password` and `/api/v1/session/reset`: a new password, known or lost. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { accessErrors } from "../../access/errors.ts";
import { changePassword, takeReset } from "../../operations/people/change-password.ts";
import { askerOfSession } from "../../operations/people/who-asks.ts";
import { API_BASE } from "../../operations/routes.ts";
import { httpErrors } from "../errors.ts";
import type { ApiParts } from "./api-parts.ts";
import { demandKnown, sendJson } from "./api-parts.ts";
import { inputOfBody } from "./read-input.ts";
import { demandOwnPage } from "./session-cookie.ts";
import { giveCookie, viewOf } from "./session-routes.ts";

const secret = z.string().min(1).max(1000);

export const changeBody = z.strictObject({ current: secret, password: secret });
export const resetBody = z.strictObject({
  /** What stands behind `#` in the link. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/),
  password: secret,
});

export function addPasswordRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { pool, hasher } = parts.context;
  const signing = { ...parts.context, passwords: parts.passwords };
  app.post(`${API_BASE}/session/password`, async (request, reply) => {
    const known = await demandKnown(parts, request);
    const { account } = known.asker;
    // A token proves a program; an account of a provider has its password there.
    if (known.secret === undefined || account?.kind !== "local") {
      throw accessErrors.E_ACCESS_NO_PASSWORD();
    }
    demandOwnPage(request, hasher, known.secret);
    const asked = bodyOf(changeBody, request.body);
    const from = { ...asked, login: account.login, address: request.ip };
    const session = await changePassword(signing, from);
    const asker = await askerOfSession(pool, hasher, session);
    if (asker === undefined) throw httpErrors.E_HTTP_INTERNAL();
    giveCookie(parts, reply, session);
    return sendJson(reply, 200, JSON.stringify(viewOf(parts, asker, session)));
  });
  app.post(`${API_BASE}/session/reset`, async (request, reply) => {
    demandOwnPage(request, hasher, undefined);
    const login = await takeReset(signing, {
      ...bodyOf(resetBody, request.body),
      address: request.ip,
    });
    return sendJson(reply, 200, JSON.stringify({ login }));
  });
}

function bodyOf<Body extends z.ZodType>(schema: Body, body: unknown): z.output<Body> {
  const parsed = schema.safeParse(inputOfBody(body));
  if (parsed.success) return parsed.data;
  throw httpErrors.E_HTTP_BODY({ problems: z.prettifyError(parsed.error).replaceAll("\n", " ") });
}
