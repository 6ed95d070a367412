/** Operations as HTTP routes: form in, JSON out, the stored answer in the effect's journal line. */
import type { z } from "zod";
import type { Handler } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Route } from "../kit/router.ts";
import { route } from "../kit/router.ts";
import type { Draft } from "./draft.ts";
import { errorEnvelope, refusalOf } from "./errors.ts";
import { expandOf, expandPaths } from "./expansion.ts";
import type { FormTree } from "./form.ts";
import { parseForm } from "./form.ts";
import type { Gate, Passage } from "./gate.ts";
import { refusedAnswer, savedAnswer } from "./gate.ts";
import type { Operation, Tombstone } from "./operation.ts";
import { operations } from "./operations.ts";
import { expanderFor } from "./reads.ts";
import type { AnyRecord } from "./records.ts";
import type { Json } from "./render/parts.ts";
import { renderRecord } from "./render/record.ts";
import { shapeOf } from "./versions.ts";
import type { Outcome, StripeWorld } from "./world.ts";

type AnyOperation = Operation<z.ZodType, AnyRecord | Tombstone>;

const all = Object.values(operations) as unknown as AnyOperation[];

/** Routes of the API proper. */
export function writeRoutes(world: StripeWorld, gate: Gate): Route[] {
  return all
    .filter((operation) => operation.path.startsWith("/v1/"))
    .map((operation) =>
      route(operation.method, operation.path, operation.name, writeHandler(world, gate, operation)),
    );
}

/** What banks and dashboards do; on the control plane, with JSON bodies. */
export function controlRoutes(world: StripeWorld): Route[] {
  return all
    .filter((operation) => operation.path.startsWith("/__sandbox/"))
    .map((operation) =>
      route(operation.method, operation.path, operation.name, (request) => {
        const given = request.body.length === 0 ? {} : (request.json() as object);
        try {
          const result = world.perform(operation, { ...given, ...request.params });
          return jsonAnswer(200, show(result, world, operation, null));
        } catch (thrown) {
          const refused = refusalOf(thrown);
          if (refused === undefined) throw thrown;
          return refusedAnswer(refused);
        }
      }),
    );
}

export function unknownRoute(): Handler {
  return (request) => {
    const message = `Unrecognized request URL (${request.method}: ${request.path}).`;
    return refusedAnswer({ status: 404, type: "invalid_request_error", message });
  };
}

function writeHandler(world: StripeWorld, gate: Gate, operation: AnyOperation): Handler {
  return (request) => {
    const passage = gate.passageOf(request);
    const form = parseForm(request.method === "DELETE" ? bodyOrQuery(request) : request.text());
    const params = { ...versioned(form, operation, passage), ...request.params };
    const expand = expandOf(form);
    const sent = { request: { id: passage.requestId, idempotency_key: passage.key } };
    let body = "";
    const save = (outcome: Outcome, draft: Draft) => {
      if ("refusal" in outcome) {
        const refused = JSON.stringify(errorEnvelope(outcome.refusal));
        return savedAnswer(passage, outcome.refusal.status, refused);
      }
      const json = show(outcome.result, world, operation, passage);
      // Expanded from the draft: what it points to may have been made by this very operation.
      const find = draft.find as Parameters<typeof expanderFor>[2];
      expandPaths(json, expand, expanderFor(world, passage.shape, find));
      body = JSON.stringify(json);
      return savedAnswer(passage, 200, body);
    };
    try {
      world.perform(operation, params, { ...sent, save });
      return { status: 200, headers: { "content-type": "application/json" }, body };
    } catch (thrown) {
      const refused = refusalOf(thrown);
      if (refused === undefined) throw thrown;
      return refusedAnswer(refused);
    }
  };
}

function bodyOrQuery(request: Parameters<Handler>[0]): string {
  return request.body.length > 0 ? request.text() : request.query.toString();
}

/** Defaults that changed with the version. */
function versioned(form: FormTree, operation: AnyOperation, passage: Passage): FormTree {
  const pending = "pending_invoice_items_behavior";
  // Since 2022-08-01 a new invoice leaves waiting items alone unless told to include them.
  const included = operation.name === "invoice.create" && passage.shape.version < "2022-08-01";
  return included && !(pending in form) ? { ...form, [pending]: "include" } : form;
}

function show(
  result: AnyRecord | Tombstone,
  world: StripeWorld,
  operation: AnyOperation,
  passage: Passage | null,
): Json {
  if ("deleted" in result && result.deleted && !("created" in result)) return { ...result };
  const record = result as AnyRecord;
  const shape = passage?.shape ?? shapeOf(world.settings.apiVersion);
  const json = renderRecord(record, shape, world.now());
  const tellsSecret =
    operation.name === "webhook_endpoint.create" || operation.name === "webhook_endpoint.roll";
  // The secret is shown once, when it is made.
  if (record.object === "webhook_endpoint" && tellsSecret) json["secret"] = record.secrets[0];
  return json;
}
