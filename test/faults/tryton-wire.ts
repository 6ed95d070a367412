/**
 * The wire between the hubs and a real Tryton, which cannot be told to misbehave: every call goes
 * through here, is counted, and meets what the plan has for it. It also keeps what was asked to be
 * changed, which is the only record of who sent what when: Tryton itself keeps none.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:http";
import { z } from "zod";
import { systemClock } from "../../src/app/system.ts";
import type { SandboxAnswer, SandboxRequest } from "../../src/sandbox/kit/message.ts";
import { route } from "../../src/sandbox/kit/router.ts";
import type { RunningSandbox } from "../../src/sandbox/kit/server.ts";
import { startSandbox } from "../../src/sandbox/kit/server.ts";
import { watchHangUps } from "./evidence.ts";
import type { Storm } from "./schedule.ts";

/** A call that was meant to make or change a record. */
export interface Written {
  /** Epoch milliseconds of its arrival. */
  readonly arrivedAt: number;
  /** `model.party.party.create` */
  readonly method: string;
  /** The record's values as they were sent. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Tryton carried it out and said so; the hub may never have heard. */
  done: boolean;
}

export interface TrytonWire extends RunningSandbox {
  /** In the order in which they were carried out; what was not stands where it arrived. */
  readonly written: readonly Written[];
  readonly hangUps: ReadonlyMap<string, number>;
  /** Authorizations that were used, by session. */
  readonly sessions: ReadonlySet<string>;
  turnAway(storm: Storm | undefined): void;
  /** How often somebody looked for the period of a document and found it closed. */
  periodRefusals(): number;
}

const callSchema = z.object({ method: z.string(), params: z.array(z.unknown()) });
const valuesSchema = z.record(z.string(), z.unknown());
const LOGIN = "common.db.login";

interface Passing {
  readonly origin: string;
  readonly agent: Agent;
  readonly written: Written[];
  readonly sessions: Set<string>;
  storm: Storm | undefined;
  periodRefusals: number;
}

/** `origin`: where Tryton listens, also after it was started again. */
export async function startTrytonWire(origin: string): Promise<TrytonWire> {
  const passing: Passing = {
    origin,
    // A connection for each call: one that died with the server would look like a fault.
    agent: new Agent({ keepAlive: false }),
    written: [],
    sessions: new Set(),
    storm: undefined,
    periodRefusals: 0,
  };
  const names = nameRequests();
  const hangUps = watchHangUps(({ url, headers }) =>
    url?.startsWith("/fin") === true ? names.give(headers) : undefined,
  );
  const running = await startSandbox(
    {
      name: "tryton wire",
      routes: [
        route("POST", "/:database/", "call", (asked) => {
          asked.call.note = names.of(asked.headers) ?? null;
          return answerTo(passing, asked);
        }),
      ],
      close: () => passing.agent.destroy(),
    },
    { port: 0, clock: systemClock, keepCalls: 2_000_000 },
  );
  const { written, sessions } = passing;
  return {
    ...running,
    written,
    hangUps,
    sessions,
    turnAway(storm) {
      passing.storm = storm;
    },
    periodRefusals: () => passing.periodRefusals,
  };
}

/** JSON-RPC calls bear no name of their own; the headers of a request are one object for good. */
function nameRequests() {
  const names = new WeakMap<IncomingHttpHeaders, string>();
  let last = 0;
  return {
    give(headers: IncomingHttpHeaders): string {
      last += 1;
      names.set(headers, String(last));
      return String(last);
    },
    of: (headers: IncomingHttpHeaders): string | undefined => names.get(headers),
  };
}

async function answerTo(passing: Passing, asked: SandboxRequest): Promise<SandboxAnswer> {
  const call = callSchema.parse(asked.json());
  const { storm } = passing;
  // "429" to a login would say that it failed too often, after which five minutes of silence are
  // due; whoever limits all calls of a client turns its login away in another way.
  if (storm !== undefined) return turnedAway(call.method === LOGIN ? 503 : storm.status);
  const { authorization } = asked.headers;
  if (authorization !== undefined) passing.sessions.add(authorization);
  const write = writtenBy(call, asked.call.at);
  if (write !== undefined) passing.written.push(write);
  const answer = await pass(passing, asked);
  const lookedForPeriod = call.method === "model.account.period.search_read";
  if (lookedForPeriod && CLOSED.test(textOf(answer))) passing.periodRefusals += 1;
  if (write !== undefined && tellsResult(answer)) {
    write.done = true;
    // To its place in the order of what was carried out.
    passing.written.splice(passing.written.indexOf(write), 1);
    passing.written.push(write);
  }
  return answer;
}

function turnedAway(status: number): SandboxAnswer {
  return { status, headers: { "retry-after": "1" }, body: `<html>${status}</html>` };
}

function writtenBy({ method, params }: z.infer<typeof callSchema>, at: number) {
  const values = /\.create$/.test(method) ? first(params[0]) : params[1];
  if (!/^model\.(account|party|product)\..*\.(create|write)$/.test(method)) return undefined;
  const read = valuesSchema.safeParse(values);
  return read.success ? { arrivedAt: at, method, values: read.data, done: false } : undefined;
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? (list as unknown[])[0] : undefined;
}

const resultSchema = z.object({ result: z.unknown() });

const CLOSED = /"state": ?"close"/;

function textOf({ body }: SandboxAnswer): string {
  return body === undefined ? "" : Buffer.from(body).toString();
}

function tellsResult(answer: SandboxAnswer): boolean {
  if (answer.status !== 200 || answer.body === undefined) return false;
  const { success, data } = resultSchema.safeParse(JSON.parse(textOf(answer)));
  return success && data.result !== undefined;
}

/** A server that is gone answers as the gateway before it does. */
function pass({ origin, agent }: Passing, asked: SandboxRequest): Promise<SandboxAnswer> {
  return new Promise((resolve) => {
    const gone = (): void => resolve({ status: 502, body: "<html>Bad Gateway</html>" });
    const headers = { ...asked.headers, host: new URL(origin).host };
    const onward = request(origin + asked.path, { method: "POST", agent, headers });
    onward.on("response", (reply) => {
      const parts: Buffer[] = [];
      reply.on("data", (part: Buffer) => parts.push(part));
      reply.on("error", gone);
      reply.on("aborted", gone);
      reply.on("end", () => {
        const type = reply.headers["content-type"] ?? "text/plain";
        const body = Buffer.concat(parts);
        resolve({ status: reply.statusCode ?? 502, headers: { "content-type": type }, body });
      });
    });
    onward.on("error", gone);
    onward.end(asked.body);
  });
}
