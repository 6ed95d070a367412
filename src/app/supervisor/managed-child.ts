import { setTimeout as sleep } from "node:timers/promises";
import type { ExitReport } from "../../engine/embedded/types.ts";
import { messageOf } from "../../kernel/errors.ts";
import { supervisorErrors } from "./errors.ts";
import type {
  Addresses,
  ChildSpec,
  ChildState,
  ChildStatus,
  StartContext,
  StartedChild,
  SupervisorEvents,
} from "./types.ts";

/** What a child needs of the supervisor that keeps it. */
export interface ChildHost {
  readonly context: Omit<StartContext, "addresses" | "env">;
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** Resolves with the addresses of the needs once all are ready; rejects when stopping. */
  needsReady(spec: ChildSpec): Promise<StartContext["addresses"]>;
  emit<Name extends keyof SupervisorEvents>(name: Name, details: SupervisorEvents[Name]): void;
}

/** A child that stayed up this long starts its back-off anew, milliseconds. */
const SETTLED_AFTER = 30_000;

interface Waiter {
  readonly restarts: number;
  resolve(): void;
  reject(thrown: unknown): void;
}

/** Keeps one child running until it is told to stop. */
export class ManagedChild {
  readonly spec: ChildSpec;
  readonly #host: ChildHost;
  #state: ChildState = "waiting";
  #current: StartedChild | undefined;
  #addresses: Addresses = {};
  #starts = 0;
  #failures = 0;
  #env: Readonly<Record<string, string>> = {};
  #askedToRestart = false;
  #wake = new AbortController();
  #stopping = false;
  readonly #waiters: Waiter[] = [];
  #keeping: { readonly run: Promise<void> } | undefined;

  constructor(spec: ChildSpec, host: ChildHost) {
    this.spec = spec;
    this.#host = host;
  }

  get state(): ChildState {
    return this.#state;
  }

  get addresses(): Addresses {
    return this.#addresses;
  }

  status(): ChildStatus {
    return {
      name: this.spec.name,
      state: this.#state,
      pid: this.#current?.pid,
      restarts: Math.max(0, this.#starts - 1),
      addresses: this.#addresses,
    };
  }

  /** Starts keeping; resolves at the first readiness, rejects when the first start fails. */
  async begin(): Promise<void> {
    const ready = this.untilReady();
    const run = this.#keep();
    this.#keeping = { run };
    run.catch((thrown) => this.#settleWaiters(thrown));
    await ready;
  }

  untilReady(restarts = 0): Promise<void> {
    if (this.#state === "ready" && this.#starts - 1 >= restarts) return Promise.resolve();
    if (this.#stopping) return Promise.reject(this.#stopped());
    return new Promise((resolve, reject) => this.#waiters.push({ restarts, resolve, reject }));
  }

  setNextEnv(env: Readonly<Record<string, string>>): void {
    this.#env = { ...this.#env, ...env };
  }

  kill(signal: NodeJS.Signals): void {
    this.#current?.kill(signal);
  }

  /** Ends the child in order, if it runs, and starts it without waiting. */
  async restart(): Promise<void> {
    const next = this.#starts;
    this.#askedToRestart = this.#current !== undefined;
    this.#wake.abort();
    await this.#current?.stop();
    await this.untilReady(next);
  }

  /** Ends the child for good. The host's signal must be aborted, for a start under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    await this.#current?.stop();
    await this.#keeping?.run.catch(() => undefined);
    this.#state = "stopped";
    this.#settleWaiters(this.#stopped());
  }

  async #keep(): Promise<void> {
    while (!this.#stopping) {
      const started = await this.#startOnce();
      if (started === undefined) continue;
      const readyAt = this.#host.context.clock.monotonic();
      const exit = await started.exited;
      this.#ended(started, exit);
      // Removes the record of a process that is gone.
      await started.stop();
      if (this.#stopping) return;
      const settled = this.#host.context.clock.monotonic() - readyAt > SETTLED_AFTER;
      if (settled || this.#askedToRestart) this.#failures = 0;
      if (!this.#askedToRestart) await this.#backOff();
      this.#askedToRestart = false;
    }
  }

  /** Undefined when nothing runs afterwards; a failed first start is thrown. */
  async #startOnce(): Promise<StartedChild | undefined> {
    const { context } = this.#host;
    let started: StartedChild;
    try {
      this.#state = "waiting";
      const addresses = await this.#host.needsReady(this.spec);
      this.#state = "starting";
      const env = this.#env;
      this.#env = {};
      started = await this.spec.start({ ...context, addresses, env });
    } catch (thrown) {
      if (this.#stopping || this.#starts === 0) throw thrown;
      const child = this.spec.name;
      context.log.warn({ child, error: messageOf(thrown) }, `${child} did not start again`);
      await this.#backOff();
      return undefined;
    }
    this.#current = started;
    this.#addresses = started.addresses;
    this.#starts += 1;
    if (this.#stopping) {
      await started.stop();
      return undefined;
    }
    this.#state = "ready";
    const { restarts } = this.status();
    this.#host.emit("ready", { name: this.spec.name, pid: started.pid, restarts });
    this.#settleWaiters();
    return started;
  }

  #ended(started: StartedChild, exit: ExitReport): void {
    const { name } = this.spec;
    this.#current = undefined;
    this.#state = this.#stopping ? "stopped" : "backing-off";
    const expected = this.#stopping || this.#askedToRestart;
    if (!expected) {
      const details = { child: name, pid: started.pid, ...exit };
      this.#host.context.log.warn(details, `${name} ended unexpectedly`);
    }
    this.#host.emit("exit", { name, pid: started.pid, exit, expected });
  }

  async #backOff(): Promise<void> {
    const { baseMs, capMs } = this.#host.backoff;
    const delayMs = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    this.#state = "backing-off";
    this.#host.emit("restart", { name: this.spec.name, delayMs });
    this.#wake = new AbortController();
    if (this.#stopping) return;
    await sleep(delayMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
  }

  /** Without an argument: those that this readiness satisfies. */
  #settleWaiters(thrown?: unknown): void {
    const all = this.#waiters.splice(0);
    for (const waiter of all) {
      if (thrown !== undefined) waiter.reject(thrown);
      else if (this.#starts - 1 >= waiter.restarts) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }

  #stopped(): Error {
    return supervisorErrors.E_SUPERVISOR_STOPPED({ name: this.spec.name });
  }
}
