/** Everything below `/api`: sessions, operations, live lists, documents. */
import type { FastifyInstance } from "fastify";
import { isTieoutError } from "../../kernel/errors.ts";
import { httpErrors } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { problem, problemOf, sendProblem } from "../problem.ts";
import type { ApiParts } from "./api-parts.ts";
import { sendJson } from "./api-parts.ts";
import { docsPage } from "./docs-page.ts";
import { addLiveRoute } from "./live-route.ts";
import { addOidcRoutes } from "./oidc-routes.ts";
import { openApiDocument } from "./open-api.ts";
import { addOperationRoutes } from "./operation-routes.ts";
import { addPasswordRoutes } from "./password-routes.ts";
import { addSecurityHeaders, pagePolicy } from "./security-headers.ts";
import { addSessionRoutes } from "./session-routes.ts";

/** No input of ours is near it. */
const MOST_BODY_BYTES = 256 * 1024;

export function addApi(app: FastifyInstance, parts: ApiParts): void {
  void app.register((api, _options, done) => {
    // Only JSON is read, which no foreign form can send without asking first.
    api.removeAllContentTypeParsers();
    api.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: MOST_BODY_BYTES },
      (_request, body, done) => done(null, body),
    );
    api.setErrorHandler((error, request, reply) => {
      const told = apiProblem(error);
      if (told.status >= 500) parts.onError(error, request.url.split("?")[0] ?? "");
      if (told.status === 401) void reply.header("www-authenticate", "Bearer");
      return sendProblem(reply, told);
    });
    addSecurityHeaders(api, "data");
    addSessionRoutes(api, parts);
    addPasswordRoutes(api, parts);
    addOidcRoutes(api, parts);
    addOperationRoutes(api, parts);
    addLiveRoute(api, parts);
    addDocuments(api, parts.context.version);
    api.all("/api/*", async (_request, reply) => {
      const { code, message } = httpErrors.E_HTTP_ROUTE_UNKNOWN();
      return sendProblem(reply, problem(404, code, message));
    });
    done();
  });
}

/** Open to everybody: they say what may be asked, and nothing of what is there. */
function addDocuments(api: FastifyInstance, version: string): void {
  const document = openApiDocument(version);
  const text = JSON.stringify(document);
  const { page, styleHash } = docsPage(document);
  const policy = pagePolicy(`'${styleHash}'`);
  api.get("/api/openapi.json", (_request, reply) => sendJson(reply, 200, text));
  api.get("/api/docs", (_request, reply) =>
    reply.header("content-security-policy", policy).type("text/html; charset=utf-8").send(page),
  );
}

/** What Fastify itself refuses (a body too large, another content type) is the asker's to mend. */
function apiProblem(error: unknown): Problem {
  if (isTieoutError(error)) return problemOf(error);
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status === 413) {
    const { code, message } = httpErrors.E_HTTP_TOO_LARGE({ limit: MOST_BODY_BYTES });
    return problem(413, code, message);
  }
  if (status >= 400 && status < 500) {
    const { code, message } = httpErrors.E_HTTP_BODY({ problems: "it must be JSON" });
    return problem(status, code, message);
  }
  return problemOf(error);
}
