/**
 * One HTTP call after another to a sandbox, tried again as long as a second try is safe and useful.
 *
 * safe   the caller's promise that sending the same bytes twice acts once
 */
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import { messageOf } from "../kernel/errors.ts";
import { demoErrors } from "./errors.ts";

export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpCaller {
  /**
   * The first answer that is neither 429, a lock, a key in use nor 5xx. Throws E_DEMO_UNREACHABLE
   * when no try brought one.
   */
  send(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const TRIES = 8;
const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1000;
const TIMEOUT_MS = 20_000;

/** Opens a keep-alive pool to an origin; connections are made when first needed. */
export function openCaller(origin: string): HttpCaller {
  const pool = new Pool(new URL(origin).origin, {
    connections: 2,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  return {
    async send(call) {
      let reason = "";
      for (let tries = 0; tries < TRIES; tries += 1) {
        if (tries > 0) await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
        try {
          const answer = await once(pool, call);
          if (!isPassing(answer.status)) return answer;
          reason = `${answer.status} ${answer.body.slice(0, 200)}`;
        } catch (thrown) {
          reason = messageOf(thrown);
        }
      }
      const name = `${call.method} ${call.path}`;
      throw demoErrors.E_DEMO_UNREACHABLE({ call: name, tries: TRIES, reason });
    },
    close: () => pool.close(),
  };
}

function isPassing(status: number): boolean {
  return status === 409 || status === 429 || status >= 500;
}

async function once(pool: Pool, call: HttpCall): Promise<HttpAnswer> {
  const { statusCode, body } = await pool.request({
    method: call.method,
    path: call.path,
    headers: call.headers ?? {},
    body: call.body ?? null,
  });
  return { status: statusCode, body: await body.text() };
}
