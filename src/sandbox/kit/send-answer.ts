/** Puts an answer on the wire, whole or broken by a fault of the body. */
import type { ServerResponse } from "node:http";
import type { FaultAction } from "./faults.ts";
import type { SandboxAnswer } from "./message.ts";

/** Resolves when the last byte was handed to the socket, or when the caller has gone. */
export async function sendAnswer(
  response: ServerResponse,
  answer: SandboxAnswer,
  action?: FaultAction,
): Promise<void> {
  if (response.destroyed) return;
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    headers[name] = typeof value === "string" ? value : [...value];
  }
  // A 204 must not carry a length or a body (RFC 9110, 8.6).
  if (answer.status !== 204) headers["content-length"] = body?.length ?? 0;
  response.writeHead(answer.status, headers);
  if (action?.type === "drip" && body !== undefined) {
    await drip(response, body, action.delayMs, action.chunkBytes);
  } else if (action?.type === "half" && body !== undefined) {
    const part = body.subarray(0, Math.floor(body.length * action.share));
    await new Promise<void>((resolve) => response.write(part, () => resolve()));
    response.destroy();
  } else if (body === undefined) response.end();
  else response.end(body);
}

async function drip(
  response: ServerResponse,
  body: Uint8Array,
  delayMs: number,
  chunkBytes: number,
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += chunkBytes) {
    response.write(body.subarray(at, at + chunkBytes));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
  response.end();
}
