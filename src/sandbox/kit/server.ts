/**
 * The HTTP side of every sandbox, on raw node:http: the socket must be ours to break.
 *
 * spec        what a system adds: routes, its gate, its journal, how to reset
 * intercept   the system's own wrapping of every call (sign-in, rate limit, idempotency), run
 *             after a `reset-before`, `status` or `late-apply` fault and around the handler
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Clock } from "../../kernel/clock.ts";
import { isTieoutError, messageOf } from "../../kernel/errors.ts";
import type { Call, CallLog, CallRecorder } from "./calls.ts";
import { createCallLog } from "./calls.ts";
import type { SandboxClock } from "./clock.ts";
import { sandboxClock } from "./clock.ts";
import { CONTROL_PREFIX, createControl } from "./control.ts";
import { sandboxKitErrors } from "./errors.ts";
import type { FaultAction, FaultPlanInput, Faults } from "./faults.ts";
import { createFaults } from "./faults.ts";
import type { Effect, Journal } from "./journal.ts";
import type { Handler, SandboxAnswer, SandboxRequest } from "./message.ts";
import { jsonAnswer } from "./message.ts";
import type { Route } from "./router.ts";
import { createRouter } from "./router.ts";
import { sendAnswer } from "./send-answer.ts";

export interface SandboxSpec {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Answers what no route matches; default 404 as JSON. Its operation is "unmatched". */
  readonly fallback?: Handler;
  readonly intercept?: (
    request: SandboxRequest,
    run: () => Promise<SandboxAnswer>,
  ) => SandboxAnswer | Promise<SandboxAnswer>;
  readonly journal?: Journal<Effect>;
  /** Summary for `/__sandbox/state`. */
  readonly state?: () => unknown;
  /** Clears the state; the journal too. Called by `/__sandbox/reset`. */
  readonly reset?: () => void;
  /** More control routes, with whole paths (`/__sandbox/…`). */
  readonly control?: readonly Route[];
  /** Called by `close`, after the socket is shut and before the journal is. */
  readonly close?: () => void | Promise<void>;
}

export interface SandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock | SandboxClock;
  readonly host?: string;
  /** Whole request bodies above this are answered 413 without being read. Default 32 MiB. */
  readonly maxBodyBytes?: number;
  /** Newest calls kept in the access log. Default 200,000. */
  readonly keepCalls?: number;
  readonly faults?: FaultPlanInput;
  /** The fault plan of a system that reads its switches itself; made here when absent. */
  readonly plan?: Faults;
}

export interface RunningSandbox {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly clock: SandboxClock;
  /** Destroys open connections and drops delayed work, as a killed process would. */
  close(): Promise<void>;
}

interface Parts {
  readonly spec: SandboxSpec;
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly calls: CallRecorder;
  readonly find: ReturnType<typeof createRouter>;
  readonly control: ReturnType<typeof createControl>;
  readonly maxBodyBytes: number;
  readonly timers: Set<NodeJS.Timeout>;
}

/** Listens on loopback. Throws E_SANDBOX_PORT_TAKEN; which port to try next is the caller's. */
export async function startSandbox(
  spec: SandboxSpec,
  options: SandboxOptions,
): Promise<RunningSandbox> {
  const host = options.host ?? "127.0.0.1";
  const parts = assemble(spec, options);
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    receive(parts, incoming, response).catch(() => response.destroy());
  });
  // Slow bodies are one of the faults; the caller's own time-out is what is under test.
  server.requestTimeout = 0;
  await listen(server, spec.name, host, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    name: spec.name,
    url: `http://${host}:${port}`,
    port,
    faults: parts.faults,
    calls: parts.calls,
    clock: parts.clock,
    async close() {
      for (const timer of parts.timers) clearTimeout(timer);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await spec.close?.();
      spec.journal?.close();
    },
  };
}

function assemble(spec: SandboxSpec, options: SandboxOptions): Parts {
  const clock = "shiftTo" in options.clock ? options.clock : sandboxClock(options.clock);
  const faults = options.plan ?? createFaults(options.faults);
  const calls = createCallLog(options.keepCalls ?? 200_000);
  const control = createControl({
    faults,
    calls,
    clock,
    journal: spec.journal,
    state: spec.state ?? (() => ({})),
    reset: () => spec.reset?.(),
    routes: spec.control ?? [],
  });
  const maxBodyBytes = options.maxBodyBytes ?? 32 * 1024 * 1024;
  const find = createRouter(spec.routes);
  return { spec, clock, faults, calls, find, control, maxBodyBytes, timers: new Set() };
}

async function listen(server: Server, name: string, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") reject(error);
      else reject(sandboxKitErrors.E_SANDBOX_PORT_TAKEN({ name, host, port }, error));
    });
    server.listen(port, host, resolve);
  });
}

async function receive(
  parts: Parts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = incoming.url ?? "/";
  const cut = target.indexOf("?");
  const path = cut === -1 ? target : target.slice(0, cut);
  const method = incoming.method ?? "GET";
  const controlled = path.startsWith(CONTROL_PREFIX);
  const found = controlled ? undefined : parts.find(method, path);
  const operation = controlled ? "control" : (found?.route.operation ?? "unmatched");
  const arrival = { at: parts.clock.now(), startedAt: parts.clock.monotonic() };
  const call = controlled
    ? controlCall(arrival, method, target)
    : parts.calls.begin({ ...arrival, method, target, operation });
  try {
    const body = await readBody(incoming, parts.maxBodyBytes);
    const query = new URLSearchParams(cut === -1 ? "" : target.slice(cut + 1));
    const params = found?.params ?? {};
    const request = requestOf(incoming, { method, path, query, params, body, operation, call });
    if (controlled) await sendAnswer(response, await parts.control(request));
    else await serve(parts, request, found?.route.handle, response);
  } catch (thrown) {
    if (!isTieoutError(thrown, "E_SANDBOX_BODY_TOO_LARGE")) throw thrown;
    await sendAnswer(response, { status: 413, headers: { connection: "close" } });
  } finally {
    if (!controlled) parts.calls.end(call, parts.clock.monotonic());
  }
}

function controlCall(arrival: { at: number; startedAt: number }, method: string, target: string) {
  const rest = {
    endedAt: 0,
    operation: "control",
    inFlight: 0,
    status: 0,
    fault: null,
    note: null,
    refused: null,
  };
  return { seq: 0, ...arrival, method, target, ...rest } satisfies Call;
}

/** The order here is the meaning of the faults: what happens before and after the effect. */
async function serve(
  parts: Parts,
  request: SandboxRequest,
  handler: Handler | undefined,
  response: ServerResponse,
): Promise<void> {
  const { call } = request;
  const target = call.target;
  const { seq, method, operation } = call;
  const strike = parts.faults.decide({ seq, method, target, operation });
  const action: FaultAction | undefined = strike?.action;
  if (strike !== undefined) call.fault = strike.rule;
  if (action?.type === "reset-before") {
    response.destroy();
    return;
  }
  if (action?.type === "status") {
    call.status = action.status;
    await sendAnswer(response, faultAnswer(action));
    return;
  }
  if (action?.type === "late-apply") await pause(parts, action.delayMs);
  const answer = await answerOf(parts.spec, request, handler, action);
  if (action?.type === "late") await pause(parts, action.delayMs);
  if (action?.type === "reset-after") {
    response.destroy();
    return;
  }
  // Written into the log before the send: a caller that reads the log at once must find it.
  call.status = answer.status;
  await sendAnswer(response, answer, action);
}

async function answerOf(
  spec: SandboxSpec,
  request: SandboxRequest,
  handler: Handler | undefined,
  action: FaultAction | undefined,
): Promise<SandboxAnswer> {
  const run = async (): Promise<SandboxAnswer> => {
    const handle = handler ?? spec.fallback ?? (() => jsonAnswer(404, { error: "no such route" }));
    const answer = await handle(request);
    return action?.type === "status-after" ? faultAnswer(action) : answer;
  };
  try {
    return await (spec.intercept === undefined ? run() : spec.intercept(request, run));
  } catch (thrown) {
    // A handler that throws is a defect of the sandbox; it must be seen, not look like a fault.
    return jsonAnswer(500, { error: `sandbox defect: ${messageOf(thrown)}` });
  }
}

function faultAnswer(action: Extract<FaultAction, { status: number }>): SandboxAnswer {
  const { status, headers = {}, body } = action;
  if (body === undefined) return { status, headers };
  if (typeof body === "string") return { status, headers, body };
  return jsonAnswer(status, body, headers);
}

/** Waits, except that closing the sandbox leaves the wait for ever, as a killed process would. */
function pause(parts: Parts, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      parts.timers.delete(timer);
      resolve();
    }, ms);
    parts.timers.add(timer);
  });
}

function requestOf(
  incoming: IncomingMessage,
  rest: Omit<SandboxRequest, "headers" | "text" | "json">,
): SandboxRequest {
  return {
    ...rest,
    headers: incoming.headers,
    text: () => rest.body.toString("utf8"),
    json: () => JSON.parse(rest.body.toString("utf8")) as unknown,
  };
}

function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        incoming.pause();
        reject(sandboxKitErrors.E_SANDBOX_BODY_TOO_LARGE({ limit }));
      } else chunks.push(chunk);
    });
    incoming.on("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    incoming.on("error", reject);
  });
}
