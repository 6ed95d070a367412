/**
 * What goes in and out of a sandbox's handlers.
 *
 * request   one call, its whole body read and kept as bytes
 * answer    what the system would say; whether and how it reaches the caller is up to the faults
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Call } from "./calls.ts";

export interface SandboxRequest {
  readonly method: string;
  /** Path without query, not decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Decoded names of the route's pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as UTF-8. */
  text(): string;
  /** The body as JSON; throws SyntaxError. */
  json(): unknown;
  readonly operation: string;
  /** Its line in the access log; `call.inFlight` counts this call, `call.note` is free to set. */
  readonly call: Call;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export type Handler = (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>;

/** An answer with a JSON body. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SandboxAnswer {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer with one JSON document a line. */
export function linesAnswer(entries: readonly unknown[]): SandboxAnswer {
  return {
    status: 200,
    headers: { "content-type": "application/x-ndjson" },
    body: entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""),
  };
}
