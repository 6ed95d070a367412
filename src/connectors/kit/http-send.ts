/**
 * The one way in which a connector speaks HTTP, and the one mapping of what may go wrong to what
 * we may say afterwards.
 *
 * begun      undici has taken the request up for writing; from here on the target may have it
 * not-sent   said only when the request never was begun: refused connection, unknown name, failed
 *            handshake, closed pool, a wait for a free connection that outlasted the deadline
 * no-answer  everything else that is not a complete answer, however unlikely an effect is
 */
import type { Dispatcher } from "undici";
import { Pool } from "undici";
import { messageOf } from "../../kernel/errors.ts";
import type { Answer } from "./target.ts";

export interface HttpSettings {
  /** Scheme, host and port: `https://1234567.suitetalk.api.netsuite.com`. */
  readonly origin: string;
  /** Open connections at most; a connection carries one call at a time. */
  readonly connections: number;
  /** From the call of `send` to the last byte of the answer, milliseconds. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs?: number;
  /** A longer answer counts as none, bytes. */
  readonly maxAnswerBytes?: number;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True when it is too late to begin; asked once, in the moment before the first byte. */
  readonly tooLate?: () => boolean;
  /** Instead of the sender's own, milliseconds: what is left for a call that is one of several. */
  readonly timeoutMs?: number;
}

export interface HttpSender {
  /** Never throws, never follows a redirect, never sends a request twice. */
  send(request: HttpRequest): Promise<Answer>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Opens a keep-alive pool to one host. Connections are made when first needed. */
export function openHttp(settings: HttpSettings): HttpSender {
  const pool = new Pool(settings.origin, {
    connections: settings.connections,
    pipelining: 1,
    connect: {
      timeout: Math.min(settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, settings.timeoutMs),
    },
    // One deadline over all phases, below; undici's own timers are coarse and would blur it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const maxBytes = settings.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  return {
    send: (request) =>
      new Promise((resolve) => {
        const exchange = new Exchange(request, maxBytes, resolve);
        exchange.startTimer(request.timeoutMs ?? settings.timeoutMs);
        dispatch(pool, request, exchange);
      }),
    close: () => pool.destroy(),
  };
}

function dispatch(pool: Pool, request: HttpRequest, exchange: Exchange): void {
  const method = request.method as Dispatcher.HttpMethod;
  try {
    pool.dispatch(
      { method, path: request.path, headers: request.headers, body: request.body ?? null },
      exchange,
    );
  } catch (thrown) {
    exchange.fail(messageOf(thrown));
  }
}

type State = "queued" | "begun" | "settled";

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  #state: State = "queued";
  #controller: Dispatcher.DispatchController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #status = 0;
  readonly #headers: Record<string, string> = {};
  #bytes = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #request: HttpRequest;
  readonly #maxBytes: number;
  readonly #resolve: (answer: Answer) => void;

  constructor(request: HttpRequest, maxBytes: number, resolve: (answer: Answer) => void) {
    this.#request = request;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
  }

  startTimer(timeoutMs: number): void {
    this.#timer = setTimeout(() => {
      this.#giveUp(`no complete answer within ${timeoutMs} ms`);
    }, timeoutMs);
  }

  /** Called by undici just before the head of the request is written to the socket. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#state !== "queued") {
      // Given up while it waited; or undici begins the same request anew after a lost connection,
      // which would be a second send that nobody recorded.
      controller.abort(new Error("not to be begun again"));
      this.fail("the connection was lost");
      return;
    }
    if (this.#request.tooLate?.() === true) {
      this.#settle({ kind: "not-sent", reason: "its time to be sent had passed" });
      controller.abort(new Error("too late"));
      return;
    }
    this.#controller = controller;
    this.#state = "begun";
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 1xx is not the answer; undici tells of it all the same.
    if (status < 200) return;
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) continue;
      this.#headers[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#maxBytes) this.#giveUp(`answer longer than ${this.#maxBytes} bytes`);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString("utf8");
    this.#settle({ kind: "answer", status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(reasonOf(error));
  }

  fail(reason: string): void {
    this.#settle({ kind: this.#state === "queued" ? "not-sent" : "no-answer", reason });
  }

  #giveUp(reason: string): void {
    this.fail(reason);
    this.#controller?.abort(new Error(reason));
  }

  #settle(answer: Answer): void {
    if (this.#state === "settled") return;
    this.#state = "settled";
    clearTimeout(this.#timer);
    this.#resolve(answer);
  }
}

/** Code first: messages of the platform change between its versions. */
function reasonOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  const text = error.message === "" ? error.name : error.message;
  return typeof code === "string" ? `${code}: ${text}` : text;
}
