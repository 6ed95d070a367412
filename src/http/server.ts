/**
 * The hub's HTTP side: where facts come in, and where health and figures are read. Binds to
 * loopback unless told otherwise.
 */

import type { AddressInfo } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Fastify from "fastify";
import type { ReceivedRequest } from "../connectors/kit/source.ts";
import { addApi } from "./api/add-api.ts";
import type { ApiParts } from "./api/api-parts.ts";
import { makeBodyAllowance } from "./body-allowance.ts";
import { addConsole } from "./console-files.ts";
import { httpErrors } from "./errors.ts";
import { problem, problemOf, sendProblem } from "./problem.ts";

export type IntakeAnswer =
  | { readonly kind: "kept"; readonly verdict: string }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string }
  | {
      readonly kind: "busy";
      readonly code: string;
      readonly message: string;
      readonly retrySeconds?: number;
    }
  | { readonly kind: "failed"; readonly cause: unknown };

export interface Report {
  readonly ok: boolean;
  readonly body: unknown;
}

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Source connections by name, with the largest body each accepts. */
  readonly intake: ReadonlyMap<
    string,
    { readonly maxBodyBytes: number; receive(request: ReceivedRequest): Promise<IntakeAnswer> }
  >;
  /** Bytes of bodies that may be under way at once; see body-allowance.ts. */
  readonly bodiesUnderWay?: number;
  readonly health: () => Promise<Report>;
  readonly ready: () => Promise<Report>;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** What people may ask over HTTP; absent where only facts come in. */
  readonly api?: Omit<ApiParts, "onError">;
  /** The console's built files; served at `/` when there are any. */
  readonly consoleDir?: string;
  /** Proxies whose word about the sender's address is taken; nobody's by default. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** How long requests under way may take once it closes, milliseconds; 5,000 by default. */
  readonly closePatienceMs?: number;
  readonly onError: (cause: unknown, where: string) => void;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A sender that needs longer for its headers and body holds a connection for nothing. */
const REQUEST_MS = 30_000;
/**
 * What is under way gets its answer within this. A connection on which nothing ever came, such as
 * browsers open in advance, or half a request, would hold up the end of the hub for a minute, and
 * its supervisor kills it after twenty seconds.
 */
const CLOSE_PATIENCE_MS = 5000;

export async function openHttpServer(options: HttpOptions): Promise<HttpServer> {
  const largest = Math.max(...[...options.intake.values()].map((one) => one.maxBodyBytes), 1024);
  const app = Fastify({
    logger: false,
    bodyLimit: largest,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: 70_000,
    forceCloseConnections: "idle",
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
  });
  // Signatures are over the bytes: nothing may parse a body before its connector has seen it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: { statusCode?: number; code?: string }, request, reply) => {
    const tooLarge = error.code === "FST_ERR_CTP_BODY_TOO_LARGE";
    const { code, message } = httpErrors.E_HTTP_TOO_LARGE({ limit: largest });
    if (!tooLarge) options.onError(error, request.url);
    return sendProblem(reply, tooLarge ? problem(413, code, message) : problemOf(error));
  });
  addIntake(app, options, largest);
  addReports(app, options);
  if (options.api !== undefined) addApi(app, { ...options.api, onError: options.onError });
  if (options.consoleDir !== undefined) addConsole(app, options.consoleDir);
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    async close() {
      const patience = options.closePatienceMs ?? CLOSE_PATIENCE_MS;
      const cut = setTimeout(() => app.server.closeAllConnections(), patience);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** Enough for 32 bodies of the largest kind that Stripe sends. */
const BODIES_UNDER_WAY = 64 * 1024 ** 2;

/** `largest`: what states more than this is refused as too large, unread. */
function addIntake(app: FastifyInstance, options: HttpOptions, largest: number): void {
  const allowance = makeBodyAllowance(options.bodiesUnderWay ?? BODIES_UNDER_WAY);
  type Intake = { Params: { connection: string } };
  const onRequest = async (request: FastifyRequest<Intake>, reply: FastifyReply) => {
    const source = options.intake.get(request.params.connection);
    if (source === undefined) return;
    const stated = Number(request.headers["content-length"] ?? Number.NaN);
    if (stated > largest) return;
    // Without a length it may become as large as any.
    const bytes = Number.isSafeInteger(stated) ? stated : source.maxBodyBytes;
    if (!allowance.enter(bytes)) {
      const { code, message } = httpErrors.E_HTTP_BODIES();
      return sendProblem(reply, problem(503, code, message, 1));
    }
    reply.raw.once("close", () => allowance.leave(bytes));
    return;
  };
  app.post<Intake>("/in/:connection", { onRequest }, async (request, reply) => {
    const { connection } = request.params;
    const source = options.intake.get(connection);
    if (source === undefined) {
      const { code, message } = httpErrors.E_HTTP_CONNECTION_UNKNOWN({ connection });
      return sendProblem(reply, problem(404, code, message));
    }
    const encoding = request.headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      const { code, message } = httpErrors.E_HTTP_ENCODING();
      return sendProblem(reply, problem(415, code, message));
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (body.length > source.maxBodyBytes) {
      const { code, message } = httpErrors.E_HTTP_TOO_LARGE({ limit: source.maxBodyBytes });
      return sendProblem(reply, problem(413, code, message));
    }
    const headers = request.headers as Record<string, string | undefined>;
    const answer = await source.receive({ headers, body });
    switch (answer.kind) {
      case "kept":
        return reply.code(200).send({ received: true, verdict: answer.verdict });
      case "refused":
        return sendProblem(reply, problem(401, answer.code, answer.reason));
      case "busy":
        return sendProblem(
          reply,
          problem(503, answer.code, answer.message, answer.retrySeconds ?? 1),
        );
      case "failed":
        options.onError(answer.cause, request.url);
        return sendProblem(reply, problem(503, "E_HTTP_INTERNAL", "Not stored; send it again.", 1));
    }
  });
}

function addReports(app: FastifyInstance, options: HttpOptions): void {
  app.get("/healthz", async (_request, reply) => sendReport(reply, await options.health()));
  app.get("/readyz", async (_request, reply) => sendReport(reply, await options.ready()));
  app.get("/metrics", async (_request, reply) => {
    const metrics = await options.metrics();
    return reply.type(metrics.type).send(metrics.text);
  });
}

function sendReport(reply: FastifyReply, report: Report): FastifyReply {
  return reply.code(report.ok ? 200 : 503).send(report.body);
}
