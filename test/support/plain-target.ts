/**
 * The smallest real target: an HTTP server that keeps documents by reference, and a connector for
 * it. Tests of the engine use it where a vendor's own rules would only distract; it fails on
 * request in the ways that matter (answer lost after commit, cut before, late, 429, refused).
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { openHttp } from "../../src/connectors/kit/http-send.ts";
import type {
  Answer,
  CallTarget,
  Guard,
  OperationSpec,
  Outcome,
  ProbeResult,
  TargetDocument,
} from "../../src/connectors/kit/target.ts";

export type Mishap =
  | "lost-after"
  | "cut-before"
  | "too-many"
  | "refused"
  | "gibberish"
  | "other"
  | "slow";

export interface PlainServer {
  readonly url: string;
  /** Documents by reference; a reference with two entries was posted twice. */
  readonly documents: Map<string, { id: string; body: string }[]>;
  /** Every write that took effect, in order. */
  readonly effects: { reference: string; body: string }[];
  /** What to do with the next writes, in order; afterwards everything works. */
  readonly mishaps: Mishap[];
  /** Most requests in flight at once. */
  peak: number;
  close(): Promise<void>;
}

/** `upsert`: a repeated reference replaces; otherwise it makes a second document. */
export async function startPlainServer(options: {
  readonly upsert: boolean;
}): Promise<PlainServer> {
  const state: PlainServer = {
    url: "",
    documents: new Map(),
    effects: [],
    mishaps: [],
    peak: 0,
    close: async () => {},
  };
  let inFlight = 0;
  let nextId = 1;
  const keep = (reference: string, body: string): string => {
    const known = state.documents.get(reference) ?? [];
    state.effects.push({ reference, body });
    if (options.upsert && known[0] !== undefined) {
      known[0].body = body;
      return known[0].id;
    }
    const id = `DOC${nextId}`;
    nextId += 1;
    state.documents.set(reference, [...known, { id, body }]);
    return id;
  };
  const server = http.createServer((request, response) => {
    inFlight += 1;
    state.peak = Math.max(state.peak, inFlight);
    response.on("close", () => {
      inFlight -= 1;
    });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const reference = (request.url ?? "").slice(5);
      const body = Buffer.concat(chunks).toString("utf8");
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(value));
      };
      if (request.method === "GET") {
        answer(200, state.documents.get(reference) ?? []);
        return;
      }
      const mishap = state.mishaps.shift();
      if (mishap === "cut-before") return void request.socket.destroy();
      if (mishap === "too-many") return answer(429, { error: "too many" });
      if (mishap === "refused") return answer(400, { error: "closed period" });
      if (mishap === "gibberish") return answer(500, "?");
      const id = keep(reference, mishap === "other" ? '{"amount":"0"}' : body);
      if (mishap === "lost-after" || mishap === "other") return void request.socket.destroy();
      setTimeout(() => answer(200, { id }), mishap === "slow" ? 300 : 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

export interface PlainOptions {
  readonly guard: Guard;
  readonly settleMs?: number;
  readonly timeoutMs?: number;
  /** Its invoices line up for one thing. */
  readonly serial?: string;
}

/** A server that is as its guard says, and the connector to it. */
export async function openPlain(
  options: PlainOptions,
): Promise<{ server: PlainServer; target: CallTarget }> {
  const server = await startPlainServer({ upsert: options.guard !== "probe" });
  return { server, target: plainTarget({ ...options, url: server.url }) };
}

export function plainTarget(options: PlainOptions & { readonly url: string }): CallTarget {
  const timeoutMs = options.timeoutMs ?? 1000;
  const sender = openHttp({ origin: options.url, connections: 32, timeoutMs });
  const settle = { longestRunMs: options.settleMs ?? 0, indexLagMs: 0 };
  const spec = (name: string, entity: string, effect: "fact" | "state"): OperationSpec => ({
    name,
    entity,
    effect,
    guard: options.guard,
    ...settle,
  });
  return {
    kind: "call",
    system: "plain",
    connection: "plain",
    account: "PLAIN-1",
    timeoutMs,
    operations: {
      "customer.upsert": spec("customer.upsert", "customer", "state"),
      "invoice.post": {
        ...spec("invoice.post", "invoice", "fact"),
        ...(options.serial === undefined ? {} : { serial: options.serial }),
      },
    },
    prepare(context) {
      const data = context.event.data as { unmapped?: boolean };
      if (data.unmapped === true) {
        const message = "No account is mapped for this invoice.";
        return { ok: false, lack: { code: "E_PLAIN_UNMAPPED", cause: "account", message } };
      }
      const path = `/doc/${context.reference}`;
      const body = { data: context.event.data, links: Object.fromEntries(context.links) };
      return { ok: true, call: { method: "PUT", path, headers: {}, body } };
    },
    send: (call) =>
      sender.send({ method: "PUT", path: call.path, headers: {}, body: JSON.stringify(call.body) }),
    classify: (_operation, answer) => classify(answer),
    async probe(_operation, reference, sent, tooLate = () => false): Promise<ProbeResult> {
      const path = `/doc/${reference}`;
      const answer = await sender.send({ method: "GET", path, headers: {}, tooLate });
      if (answer.kind !== "answer") {
        return { kind: "failed", code: "E_PLAIN_PROBE", message: answer.reason };
      }
      const found = JSON.parse(answer.body) as { id: string; body: string }[];
      if (found[0] === undefined) return { kind: "absent" };
      const externalIds = found.map((one) => one.id);
      if (found.length > 1) return { kind: "several", externalIds };
      const ours = JSON.stringify(sent.body);
      const same =
        JSON.stringify(sortKeys(JSON.parse(found[0].body))) === JSON.stringify(sortKeys(sent.body));
      const differences = same ? [] : [{ field: "body", ours, theirs: found[0].body }];
      return { kind: "found", externalId: found[0].id, differences };
    },
    async *documents(): AsyncIterable<TargetDocument> {},
    close: () => sender.close(),
  };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sortKeys(one)]),
  );
}

function classify(answer: Answer): Outcome {
  if (answer.kind === "not-sent") {
    const message = answer.reason;
    return { class: "later", code: "E_PLAIN_DOWN", message, afterMs: 50, pauses: "handoff" };
  }
  const unknown: Outcome = { class: "unknown", code: "E_PLAIN_UNKNOWN", message: "unknown answer" };
  if (answer.kind === "no-answer") return unknown;
  if (answer.status === 429) {
    return { class: "later", code: "E_PLAIN_BUSY", message: "429", afterMs: 20, pauses: "budget" };
  }
  if (answer.status === 400) {
    return { class: "refused", code: "E_PLAIN_CLOSED", cause: "period 2026-01", message: "closed" };
  }
  if (answer.status !== 200) return unknown;
  return { class: "done", externalId: (JSON.parse(answer.body) as { id: string }).id };
}
