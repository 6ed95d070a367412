/**
 * A wire between the connector and Tryton that can be cut at a chosen call: before the server has
 * it, after it has acted, or with a gateway's 502 in place of its answer.
 */
import type { Server, ServerResponse } from "node:http";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../../src/kernel/strict-json.ts";

export interface Seen {
  readonly method: string;
  readonly params: readonly Json[];
}

export type Cut = "before" | "after" | "502 after" | "401 instead";

export interface Wire {
  readonly url: string;
  /** Methods in the order in which they came. */
  readonly calls: Seen[];
  /** The next call that matches is cut; only the first. */
  cut(how: Cut, matches: (call: Seen) => boolean): void;
  /** Before the next call that matches is passed on, somebody else acts; only the first. */
  meanwhile(matches: (call: Seen) => boolean, act: () => Promise<unknown>): void;
  heal(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Wire> {
  const calls: Seen[] = [];
  let fault: { how: Cut; matches: (call: Seen) => boolean } | undefined;
  let other: { act: () => Promise<unknown>; matches: (call: Seen) => boolean } | undefined;
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const call = JSON.parse(body.toString()) as Seen;
      calls.push(call);
      const hit = fault?.matches(call) === true ? fault.how : undefined;
      if (hit !== undefined) fault = undefined;
      if (hit === "before") return void answer.socket?.destroy();
      if (hit === "401 instead") return void answer.writeHead(401).end();
      const first = other?.matches(call) === true ? other.act : undefined;
      if (first !== undefined) other = undefined;
      const onward = request(target + (incoming.url ?? "/"), {
        method: "POST",
        headers: { ...incoming.headers, host: new URL(target).host },
      });
      onward.on("response", (reply) => {
        const parts: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => parts.push(chunk));
        reply.on("end", () => {
          const given = { status: reply.statusCode ?? 500, body: Buffer.concat(parts) };
          passOn(answer, hit, given);
        });
      });
      onward.on("error", () => answer.socket?.destroy());
      void (first?.() ?? Promise.resolve()).then(() => onward.end(body));
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    cut(how, matches) {
      fault = { how, matches };
    },
    meanwhile(matches, act) {
      other = { matches, act };
    },
    heal() {
      fault = undefined;
      other = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function passOn(
  answer: ServerResponse,
  hit: Cut | undefined,
  given: { status: number; body: Buffer },
): void {
  if (hit === "after") answer.socket?.destroy();
  else if (hit === "502 after") answer.writeHead(502).end("<html>Bad Gateway</html>");
  else answer.writeHead(given.status, { "content-type": "application/json" }).end(given.body);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}
