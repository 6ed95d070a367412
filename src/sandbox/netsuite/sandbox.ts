/**
 * Starts the stand-in: sign-in, then a seat, then the time the work takes, then the work. The
 * order is that of the real gate: a request that is not signed takes no seat.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { sandboxClock } from "../kit/clock.ts";
import type { FaultPlanInput, Faults } from "../kit/faults.ts";
import { createFaults } from "../kit/faults.ts";
import { openJournal } from "../kit/journal.ts";
import type { Handler, SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Route } from "../kit/router.ts";
import { route } from "../kit/router.ts";
import type { RunningSandbox } from "../kit/server.ts";
import { startSandbox } from "../kit/server.ts";
import type { JobOffice } from "./async-jobs.ts";
import { acceptJob, readJob, resumeJobs, wantsAsync } from "./async-jobs.ts";
import { Books, transactionCounts } from "./books.ts";
import { controlRoutes, gateState } from "./control-routes.ts";
import type { RecordRoom } from "./record-routes.ts";
import { handleRecord } from "./record-routes.ts";
import { Refusal, refusalAnswer, tooManyRequests } from "./refusal.ts";
import { SearchIndex } from "./search-index.ts";
import type { SeatGate } from "./seat-gate.ts";
import { createSeatGate } from "./seat-gate.ts";
import type { ServiceTime } from "./service-time.ts";
import { drawServiceTime, NO_TIME } from "./service-time.ts";
import { handleQuery } from "./suiteql-route.ts";
import { localTime } from "./suiteql-tables.ts";
import type { SignInGate, TokenCredentials } from "./token-sign-in.ts";
import { createSignInGate } from "./token-sign-in.ts";
import type { NetSuiteEffect } from "./types.ts";
import type { World } from "./world.ts";
import { createWorld } from "./world.ts";

export interface NetSuiteSandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  /** Folder of the journal; without it everything lives in memory only. */
  readonly dataDir?: string | undefined;
  readonly clock: Clock;
  /** Foreign seats, service times, the order of unsorted pages. */
  readonly random: Random;
  /** Account id, which is also the OAuth realm. Default "1234567_SB1". */
  readonly account?: string;
  readonly credentials?: TokenCredentials;
  /** Seats of the account. Default 15, the first tier. */
  readonly concurrency?: number;
  /** Zone of the account's days and of SuiteQL's times. Default America/Los_Angeles. */
  readonly timeZone?: string;
  /** Custom fields of type text that exist: custbody…, custcol…, custentity…, custitem…. */
  readonly customFields?: readonly string[];
  readonly serviceTime?: ServiceTime;
  /** How long an asynchronous job waits in the queue, milliseconds. Default 50. */
  readonly asyncDelayMs?: number;
  /** A request that would take longer is cut off, not applied. Default 15 minutes. */
  readonly longestRequestMs?: number;
  /** Default 104 MB. */
  readonly maxBodyBytes?: number;
  readonly faults?: FaultPlanInput;
  readonly keepCalls?: number;
}

export interface NetSuiteSandbox extends RunningSandbox {
  readonly world: World;
}

export const DEMO_ACCOUNT = "1234567_SB1";
export const DEMO_CREDENTIALS: TokenCredentials = {
  consumerKey: "sandbox-consumer-key",
  consumerSecret: "sandbox-consumer-secret",
  tokenId: "sandbox-token-id",
  tokenSecret: "sandbox-token-secret",
};
export const DEMO_CUSTOM_FIELDS = [
  "custbody_tieout_reference",
  "custcol_tieout_line",
  "custentity_tieout_reference",
  "custitem_tieout_reference",
];

const RECORDS = "/services/rest/record/v1";
const JOBS = "/services/rest/async/v1/job";
const MEGABYTE = 1024 * 1024;

/** Starts the stand-in on loopback. Throws E_SANDBOX_PORT_TAKEN, E_SANDBOX_JOURNAL_CORRUPT. */
export async function startNetSuiteSandbox(
  options: NetSuiteSandboxOptions,
): Promise<NetSuiteSandbox> {
  const clock = sandboxClock(options.clock);
  const plan = createFaults(options.faults);
  const timers = createTimers();
  const books = new Books();
  const index = new SearchIndex(books);
  const room = openRoom(options, clock, books);
  const office: JobOffice = {
    room,
    later: (work) => timers.after(options.asyncDelayMs ?? 50, work),
  };
  const account = options.account ?? DEMO_ACCOUNT;
  const signIn = createSignInGate(account, options.credentials ?? DEMO_CREDENTIALS, clock);
  const gate = createSeatGate(options.concurrency ?? 15, options.random, clock);
  const service: Service = { time: options.serviceTime ?? NO_TIME };
  const world = createWorld({
    room,
    gate,
    signIn,
    setServiceTime: (time) => {
      service.time = time;
    },
  });
  const running = await startSandbox(
    {
      name: "netsuite",
      routes: routesOf({ options, office, index, plan, world }),
      fallback: () => refusalAnswer(new Refusal(404, "NOT_FOUND", "The resource does not exist.")),
      journal: room.journal,
      state: () => stateOf(world, account),
      reset: () => {
        books.clear();
        index.clear();
        signIn.clear();
        room.journal.clear();
      },
      control: controlRoutes(world),
      close: () => timers.close(),
      intercept: doorOf({ options, account, signIn, gate, service, timers }),
    },
    {
      port: options.port,
      clock,
      plan,
      maxBodyBytes: options.maxBodyBytes ?? 104 * MEGABYTE,
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.keepCalls === undefined ? {} : { keepCalls: options.keepCalls }),
    },
  );
  resumeJobs(office);
  return { ...running, world };
}

interface Service {
  time: ServiceTime;
}

interface Door {
  readonly options: NetSuiteSandboxOptions;
  readonly account: string;
  readonly signIn: SignInGate;
  readonly gate: SeatGate;
  readonly service: Service;
  readonly timers: Timers;
}

/** What every call passes: signature, seat, time. The seat is given back whatever happens. */
function doorOf({ options, account, signIn, gate, service, timers }: Door) {
  const longest = options.longestRequestMs ?? 15 * 60_000;
  return async (
    request: SandboxRequest,
    run: () => Promise<SandboxAnswer>,
  ): Promise<SandboxAnswer> => {
    const signed = signIn.check(request);
    if (!signed.ok) return refuseSignIn(request, account, signed.reason);
    request.call.note = signed.nonce;
    if (!gate.enter()) return tooMany(request, gate.foreignNow);
    try {
      const takes = drawServiceTime(service.time, options.random);
      if (takes > 0) await timers.wait(Math.min(takes, longest));
      return takes > longest ? cutOff() : await run();
    } finally {
      gate.leave();
    }
  };
}

function openRoom(options: NetSuiteSandboxOptions, clock: Clock, books: Books): RecordRoom {
  const { dataDir } = options;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const journal = openJournal<NetSuiteEffect>({
    clock,
    fold: (entry) => books.fold(entry),
    file: dataDir === undefined ? undefined : join(dataDir, "netsuite.jsonl"),
  });
  const fields = options.customFields ?? DEMO_CUSTOM_FIELDS;
  return {
    books,
    journal,
    clock,
    timeZone: options.timeZone ?? "America/Los_Angeles",
    customFields: new Set(fields.map((one) => one.toLowerCase())),
  };
}

interface RouteParts {
  readonly options: NetSuiteSandboxOptions;
  readonly office: JobOffice;
  readonly index: SearchIndex;
  readonly plan: Faults;
  readonly world: World;
}

function routesOf({ options, office, index, plan, world }: RouteParts): Route[] {
  const { room } = office;
  const records: Handler = (request) => {
    const nonce = request.call.note ?? "";
    if (wantsAsync(request)) return acceptJob(office, request, nonce);
    return handleRecord(room, { request, nonce, origin: "rest" });
  };
  const query: Handler = (request) => {
    const lagMs = plan.amount("stale-search", 0) * 1000;
    const source = () => ({
      books: room.books,
      rows: (group: Parameters<SearchIndex["rows"]>[0]) =>
        index.rows(group, room.clock.now(), lagMs),
      localTime: (ms: number) => localTime(ms, room.timeZone),
      customFields: room.customFields,
    });
    return handleQuery({ source, timeZone: room.timeZone, random: options.random }, request);
  };
  const job: Handler = (request) => readJob(room.books, request);
  const limits: Handler = () =>
    jsonAnswer(200, {
      accountConcurrencyLimit: world.gate.seats,
      accountUnallocatedConcurrencyLimit: world.gate.seats,
    });
  const add = (method: string, path: string, operation: string, handle: Handler): Route =>
    route(method, path, operation, told(handle));
  return [
    add("POST", `${RECORDS}/:type`, "record.post", records),
    add("GET", `${RECORDS}/:type`, "record.list", records),
    ...["PUT", "PATCH", "DELETE"].map((m) => add(m, `${RECORDS}/:type`, "record.batch", records)),
    add("GET", `${RECORDS}/:type/:id`, "record.get", records),
    add("PATCH", `${RECORDS}/:type/:id`, "record.patch", records),
    add("PUT", `${RECORDS}/:type/:id`, "record.put", records),
    add("DELETE", `${RECORDS}/:type/:id`, "record.delete", records),
    add("GET", `${RECORDS}/:type/:id/:sublist`, "record.sublist", records),
    add("POST", `${RECORDS}/:type/:id/!transform/:target`, "record.transform", records),
    add("POST", "/services/rest/query/v1/suiteql", "suiteql", query),
    add("GET", `${JOBS}/:job`, "async.job", job),
    add("GET", `${JOBS}/:job/task`, "async.tasks", job),
    add("GET", `${JOBS}/:job/task/:task`, "async.task", job),
    add("GET", `${JOBS}/:job/task/:task/result`, "async.result", job),
    add("GET", "/services/rest/system/v1/governanceLimits", "governance", limits),
  ];
}

/** Turns refusals into answers. */
function told(handle: Handler): Handler {
  return (request) => {
    try {
      return handle(request);
    } catch (thrown) {
      if (thrown instanceof Refusal) return refusalAnswer(thrown);
      throw thrown;
    }
  };
}

/** Body [doc]; the header [obs]. The reason is told to the log only. */
function refuseSignIn(request: SandboxRequest, account: string, reason: string): SandboxAnswer {
  request.call.refused = `sign-in refused: ${reason}`;
  const answer = refusalAnswer(
    new Refusal(
      401,
      "INVALID_LOGIN",
      "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at " +
        "Setup > Users/Roles > User Management > View Login Audit Trail.",
    ),
  );
  const reasons = 'error="token_rejected", error_description="Invalid login attempt."';
  const challenge = `OAuth realm="${account}", ${reasons}`;
  return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge } };
}

function tooMany(request: SandboxRequest, foreign: number): SandboxAnswer {
  request.call.refused = `no seat, ${foreign} taken by others`;
  return refusalAnswer(tooManyRequests());
}

/** [doc] requests longer than 15 minutes time out; how that looks is [mem]. */
function cutOff(): SandboxAnswer {
  return refusalAnswer(new Refusal(504, "UNEXPECTED_ERROR", "The request timed out."));
}

function stateOf(world: World, account: string) {
  return {
    account,
    counts: transactionCounts(world.books),
    jobs: world.books.jobs.size,
    settings: world.books.settings,
    gate: gateState(world),
    trialBalance: world.trialBalance(),
  };
}

interface Timers {
  after(ms: number, work: () => void): void;
  wait(ms: number): Promise<void>;
  close(): void;
}

/** Timers that die with the sandbox: what they would have done does not happen. */
function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  const after = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      running.delete(timer);
      work();
    }, ms);
    running.add(timer);
  };
  return {
    after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    close() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
