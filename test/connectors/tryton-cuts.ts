/** Which call of a request a test cuts, by what the connector sends. */
import type { Json } from "../../src/kernel/strict-json.ts";
import type { Seen } from "./tryton-proxy.ts";

const DOCUMENTS = ["model.account.invoice", "model.account.move"];

/** The call that makes the draft of a document. */
export const creating = ({ method }: Seen): boolean =>
  DOCUMENTS.some((model) => method === `${model}.create`);

export const posting = ({ method }: Seen): boolean =>
  DOCUMENTS.some((model) => method === `${model}.post`);

/** The reading at the end of every request: by the record's number, with its number or code. */
export function finishing({ method, params }: Seen): boolean {
  const [domain, , , , fields] = params;
  const byId = Array.isArray(domain) && JSON.stringify(domain).startsWith('[["id","=",');
  const named = Array.isArray(fields) && (has(fields, "number") || has(fields, "code"));
  return method.endsWith(".search_read") && byId && named;
}

function has(fields: readonly Json[], name: string): boolean {
  return fields.includes(name);
}
