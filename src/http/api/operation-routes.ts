/** One route per operation, made from the table of routes. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { operations } from "../../operations/all-operations.ts";
import type { Operation } from "../../operations/operation.ts";
import { runOperation } from "../../operations/operation.ts";
import type { Route } from "../../operations/routes.ts";
import { API_BASE, routes } from "../../operations/routes.ts";
import { claimKey, keepAnswer, releaseKey } from "../../store/keep-answer.ts";
import { httpErrors } from "../errors.ts";
import type { ApiParts, Known } from "./api-parts.ts";
import { contextOf, demandKnown, sendJson } from "./api-parts.ts";
import { inputOfBody, inputOfQuery, inputSchemaOf } from "./read-input.ts";
import { demandOwnPage } from "./session-cookie.ts";

export type AnyOperation = Operation<z.ZodType, z.ZodType>;

export interface RoutedOperation {
  readonly operation: AnyOperation;
  readonly route: Route;
}

export function routedOperations(): readonly RoutedOperation[] {
  return (Object.keys(routes) as (keyof typeof routes)[]).map((name) => ({
    operation: operations[name] as unknown as AnyOperation,
    route: routes[name],
  }));
}

export function addOperationRoutes(app: FastifyInstance, parts: ApiParts): void {
  for (const { operation, route } of routedOperations()) {
    const schema = inputSchemaOf(operation.input);
    app.route({
      method: route.method,
      url: API_BASE + route.path.replace(/\{(\w+)\}/g, ":$1"),
      handler: async (request, reply) => {
        const known = await demandKnown(parts, request);
        const places = request.params as Record<string, string>;
        if (route.method === "GET") {
          const query = request.query as Record<string, string | string[]>;
          const input = { ...inputOfQuery(schema, query), ...places };
          return sendJson(reply, 200, await answer(parts, known, operation, input));
        }
        if (known.secret !== undefined) {
          demandOwnPage(request, parts.context.hasher, known.secret);
        }
        const input = { ...inputOfBody(request.body), ...places };
        return change({ parts, known, operation, input, request, reply });
      },
    });
  }
}

async function answer(
  parts: ApiParts,
  known: Known,
  operation: AnyOperation,
  input: unknown,
): Promise<string> {
  return JSON.stringify(await runOperation(operation, contextOf(parts, known.asker.actor), input));
}

interface Change {
  readonly parts: ApiParts;
  readonly known: Known;
  readonly operation: AnyOperation;
  readonly input: Record<string, unknown>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A change; under an Idempotency-Key it is done once and answered the same however often asked. */
async function change({ parts, known, operation, input, request, reply }: Change) {
  const key = request.headers["idempotency-key"];
  if (key === undefined) {
    return sendJson(reply, 200, await answer(parts, known, operation, input));
  }
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw httpErrors.E_HTTP_KEY_MALFORMED();
  }
  const { pool, hasher } = parts.context;
  // Keys are each asker's own: nobody meets, or learns of, the answer to somebody else.
  const asker = known.asker.actor.proof?.account ?? "";
  const owner = `${known.asker.person.id} ${asker}`;
  const hash = hasher.sha256(canonicalJson({ operation: operation.name, input }));
  const claim = await claimKey(pool, owner, key, hash);
  switch (claim.kind) {
    case "answered":
      void reply.header("idempotency-replayed", "true");
      return sendJson(reply, claim.status, claim.body);
    case "other request":
      throw httpErrors.E_HTTP_KEY_REUSED();
    case "under way":
      throw httpErrors.E_HTTP_KEY_UNDER_WAY();
    case "new":
  }
  let body: string;
  try {
    body = await answer(parts, known, operation, input);
  } catch (thrown) {
    await releaseKey(pool, owner, key);
    throw thrown;
  }
  // The act is done: where its answer cannot be kept, the claim keeps a retry from doing it again.
  await keepAnswer(pool, owner, key, { status: 200, body });
  return sendJson(reply, 200, body);
}
