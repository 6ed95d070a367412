/** `POST /services/rest/query/v1/suiteql`: pages of a query over the search index. */
import type { Random } from "../../kernel/random.ts";
import type { SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import { findNoteTable } from "./note-tables.ts";
import { pageFacts, pageOf, parseBody } from "./record-routes.ts";
import { invalidContent, invalidParameter, Refusal } from "./refusal.ts";
import { parseQuery } from "./suiteql-parser.ts";
import type { QueryResult } from "./suiteql-run.ts";
import { runQuery } from "./suiteql-run.ts";
import type { TableSource } from "./suiteql-tables.ts";
import { findTable } from "./suiteql-tables.ts";

export interface QueryRoom {
  readonly source: () => TableSource;
  readonly timeZone: string;
  readonly random: Random;
}

/**
 * Answers one page. Without ORDER BY the rows of a result of more than one page begin at a random
 * place each time: pages then repeat and skip rows, as they may in the field. Throws a Refusal.
 */
export function handleQuery(room: QueryRoom, request: SandboxRequest): SandboxAnswer {
  // [obs] the header is required; the text is [mem].
  if (
    !String(request.headers["prefer"] ?? "")
      .toLowerCase()
      .includes("transient")
  ) {
    throw new Refusal(400, "INVALID_HEADER", "The Prefer header must be set to transient.");
  }
  for (const name of request.query.keys()) {
    if (name !== "limit" && name !== "offset") {
      throw invalidParameter(`Invalid query parameter: ${name}`);
    }
  }
  const { limit, offset } = pageOf(request.query);
  const source = room.source();
  const find = (name: string) => findNoteTable(source, name) ?? findTable(source, name);
  const result = runQuery(parseQuery(queryText(request)), find, room.timeZone);
  const rows = result.rows.length > limit ? unsettled(result, room.random) : result.rows;
  const end = Math.min(offset + limit, 100_000);
  const items = rows.slice(offset, end).map((row) => ({ links: [], ...row }));
  const self = `http://${String(request.headers.host)}${request.path}`;
  const facts = pageFacts(items, rows.length, offset);
  const href = (at: number) => `${self}?limit=${limit}&offset=${at}`;
  const links = [
    ...(facts.hasMore ? [{ rel: "next", href: href(offset + limit) }] : []),
    { rel: "self", href: href(offset) },
  ];
  return jsonAnswer(200, { links, ...facts });
}

function unsettled(result: QueryResult, random: Random): QueryResult["rows"] {
  if (result.ordered) return result.rows;
  const start = Math.floor(random.unit() * result.rows.length);
  return [...result.rows.slice(start), ...result.rows.slice(0, start)];
}

function queryText(request: SandboxRequest): string {
  const body = parseBody(request.text());
  const q = typeof body === "object" && body !== null ? (body as { q?: unknown }).q : undefined;
  if (typeof q !== "string" || Object.keys(body as object).length !== 1) {
    throw invalidContent("The body must be an object with the one property q.", "q");
  }
  return q;
}
