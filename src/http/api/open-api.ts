/**
 * The API's own description, OpenAPI 3.1, made from the operations: what is served is what is
 * described, for both come from the same table and the same schemas.
 */
import { z } from "zod";
import { reachOf, rolesWith } from "../../access/roles.ts";
import { API_BASE, pathInputs } from "../../operations/routes.ts";
import { liveLists } from "../../store/newest-changes.ts";
import type { RoutedOperation } from "./operation-routes.ts";
import { routedOperations } from "./operation-routes.ts";
import { changeBody, resetBody } from "./password-routes.ts";
import { inputSchemaOf } from "./read-input.ts";
import { CSRF_HEADER } from "./session-cookie.ts";
import { sessionShape, signInBody } from "./session-routes.ts";

export type Document = Readonly<Record<string, unknown>>;

const problemShape = z.strictObject({
  status: z.number().int(),
  type: z.string().describe("urn:tieout:error:<code>"),
  title: z.string(),
  detail: z.string(),
  code: z.string().describe("documented in docs/errors"),
});

export function openApiDocument(version: string): Document {
  const named: Named = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const routed of routedOperations()) {
    const path = API_BASE + routed.route.path;
    const method = routed.route.method.toLowerCase();
    paths[path] = { ...paths[path], [method]: describe(routed, named) };
  }
  const session = sessionPaths(named);
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Tieout",
      version,
      description:
        "What a person or a program may ask of this hub. Errors are problems (RFC 9457). Pages go on at `next`, which is given as `after`. Money is text, never a number.",
    },
    paths: { ...session, ...paths },
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "tieout" },
        token: { type: "http", scheme: "bearer", description: "`tt_…`, made by create-token" },
      },
      schemas: { ...named, Problem: schemaOf(problemShape, "output", "problem", named) },
    },
    security: [{ session: [] }, { token: [] }],
  };
}

/** Schemas that refer to themselves, by the name under which the document keeps them. */
type Named = Record<string, unknown>;

/** A schema's own definitions move to the document's, where its references then point. */
function schemaOf(schema: z.ZodType, io: "input" | "output", name: string, named: Named): Document {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  const text = JSON.stringify(rest).replaceAll('"#/$defs/', `"#/components/schemas/${name}-${io}-`);
  const { $defs, ...own } = JSON.parse(text) as { $defs?: Record<string, unknown> };
  for (const [key, one] of Object.entries($defs ?? {})) named[`${name}-${io}-${key}`] = one;
  return own;
}

function describe({ operation, route }: RoutedOperation, named: Named): Document {
  const schema = inputSchemaOf(operation.input);
  const places = pathInputs(route.path);
  const rest = Object.keys(schema.properties ?? {}).filter((name) => !places.includes(name));
  const inQuery = route.method === "GET" ? rest : [];
  const parameters = [
    ...places.map((name) => parameter(name, "path", true, schema)),
    ...inQuery.map((name) =>
      parameter(name, "query", schema.required?.includes(name) === true, schema),
    ),
    ...(route.method === "POST" ? changeHeaders : []),
  ];
  return {
    operationId: operation.name,
    summary: operation.summary,
    description: whoMay(operation.permission),
    tags: [route.tag],
    parameters,
    ...(route.method === "POST" ? { requestBody: bodyOf(operation, places, named) } : {}),
    responses: {
      200: {
        description: "Done.",
        content: json(schemaOf(operation.output, "output", operation.name, named)),
      },
      default: problemResponse(operation.errors),
    },
  };
}

function whoMay(permission: RoutedOperation["operation"]["permission"]): string {
  const reach = {
    rows: "over the legal entities for which the role is held",
    whole: "for a role held over all legal entities",
    self: "about oneself",
  }[reachOf(permission)];
  return `Permission \`${permission}\`, ${reach}: ${rolesWith(permission).join(", ")}.`;
}

const changeHeaders = [
  {
    name: "Idempotency-Key",
    in: "header",
    schema: { type: "string", maxLength: 200 },
    description: "The same request again gets the same answer; another body is refused (422).",
  },
  {
    name: CSRF_HEADER,
    in: "header",
    schema: { type: "string" },
    description: "With a session: its `csrf`. A token needs none.",
  },
];

function parameter(
  name: string,
  where: "path" | "query",
  required: boolean,
  schema: ReturnType<typeof inputSchemaOf>,
): Document {
  return { name, in: where, required, schema: schema.properties?.[name] ?? {} };
}

function bodyOf(
  { name, input }: RoutedOperation["operation"],
  places: readonly string[],
  named: Named,
): Document {
  const schema = schemaOf(input, "input", name, named) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  const kept = Object.entries(schema.properties ?? {}).filter(([name]) => !places.includes(name));
  const required = (schema.required ?? []).filter((name) => !places.includes(name));
  const body = { ...schema, properties: Object.fromEntries(kept), required };
  return { required: required.length > 0, content: json(body) };
}

function json(schema: unknown): Document {
  return { "application/json": { schema } };
}

function problemResponse(errors: readonly string[]): Document {
  const own = errors.length === 0 ? "" : ` Of its own: ${errors.join(", ")}.`;
  return {
    description: `A problem.${own}`,
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function sessionPaths(named: Named): Record<string, Document> {
  const view = json(schemaOf(sessionShape, "output", "session", named));
  const told = { 200: { description: "Who one is.", content: view }, default: problemResponse([]) };
  const tags = ["Session"];
  return {
    [`${API_BASE}/session`]: {
      get: {
        operationId: "who-am-i",
        summary: "Who asks, and what may they.",
        tags,
        responses: told,
      },
      post: {
        operationId: "sign-in",
        summary: "Signs in with a local account; the answer sets the session's cookie.",
        tags,
        security: [],
        requestBody: {
          required: true,
          content: json(schemaOf(signInBody, "input", "sign-in", named)),
        },
        responses: told,
      },
      delete: {
        operationId: "sign-out",
        summary: "Ends the session.",
        tags,
        responses: { 204: { description: "Ended." }, default: problemResponse([]) },
      },
    },
    ...passwordPaths(told, named),
    ...livePath(),
  };
}

function passwordPaths(told: Document, named: Named): Record<string, Document> {
  const tags = ["Session"];
  return {
    [`${API_BASE}/session/password`]: {
      post: {
        operationId: "change-password",
        summary: "Changes one's own password; every other session of the account ends.",
        tags,
        requestBody: {
          required: true,
          content: json(schemaOf(changeBody, "input", "change-password", named)),
        },
        responses: told,
      },
    },
    [`${API_BASE}/session/reset`]: {
      post: {
        operationId: "take-reset",
        summary: "Sets a new password by an administrator's one-time link.",
        tags,
        security: [],
        requestBody: {
          required: true,
          content: json(schemaOf(resetBody, "input", "take-reset", named)),
        },
        responses: { 200: { description: "Set; sign in." }, default: problemResponse([]) },
      },
    },
  };
}

function livePath(): Record<string, Document> {
  return {
    [`${API_BASE}/live`]: {
      get: {
        operationId: "live",
        summary: "Server-sent events that say which list changed.",
        tags: ["Live"],
        parameters: [
          {
            name: "of",
            in: "query",
            required: true,
            schema: { type: "string" },
            description: `some of ${liveLists.join(", ")}, with commas between`,
          },
        ],
        responses: {
          200: { description: "Events.", content: { "text/event-stream": { schema: {} } } },
          default: problemResponse([]),
        },
      },
    },
  };
}
