import { mkdirSync, realpathSync } from "node:fs";
import { supervisorErrors } from "./errors.ts";
import type { Lock } from "./lock.ts";
import { takeLock } from "./lock.ts";
import type { ChildHost } from "./managed-child.ts";
import { ManagedChild } from "./managed-child.ts";
import { startOrder } from "./order.ts";
import type {
  Addresses,
  ChildSpec,
  Supervisor,
  SupervisorEvents,
  SupervisorOptions,
} from "./types.ts";

type Listener = (details: SupervisorEvents[keyof SupervisorEvents]) => void;

/** The supervisor of a data folder, not started yet. Throws E_SUPERVISOR_CHILDREN. */
export function supervise(options: SupervisorOptions): Supervisor {
  return new ProcessSupervisor(options);
}

class ProcessSupervisor implements Supervisor {
  readonly #children: readonly ManagedChild[];
  readonly #dataDir: string;
  readonly #stopping = new AbortController();
  readonly #listeners = new Map<keyof SupervisorEvents, Set<Listener>>();
  /** The addresses that the needing children were started with, by child. */
  readonly #known = new Map<string, string>();
  #locking: Promise<Lock> | undefined;
  #alone = false;
  #ending: { readonly stopped: Promise<void> } | undefined;

  constructor(options: SupervisorOptions) {
    const { clock, log, backoff = { baseMs: 100, capMs: 10_000 } } = options;
    mkdirSync(options.dataDir, { recursive: true });
    this.#dataDir = realpathSync(options.dataDir);
    const signal = this.#stopping.signal;
    const alone = (): boolean => this.#alone;
    const host: ChildHost = {
      context: {
        ...{ dataDir: this.#dataDir, clock, log, signal },
        // Known when the lock is taken, which is before any child starts.
        get alone() {
          return alone();
        },
      },
      backoff,
      needsReady: (spec) => this.#needsReady(spec),
      emit: (name, details) => this.#emit(name, details),
    };
    this.#children = startOrder(options.children).map((spec) => new ManagedChild(spec, host));
  }

  async start(): Promise<void> {
    this.#locking = takeLock(this.#dataDir);
    this.#alone = (await this.#locking).seesContainers;
    try {
      if (this.#stopping.signal.aborted) {
        throw supervisorErrors.E_SUPERVISOR_STOPPED({ name: this.#dataDir });
      }
      await Promise.all(this.#children.map((child) => child.begin()));
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  stop(): Promise<void> {
    this.#ending ??= { stopped: this.#stopAll() };
    return this.#ending.stopped;
  }

  killAll(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  killChild(name: string, signal: NodeJS.Signals = "SIGKILL"): void {
    this.#child(name).kill(signal);
  }

  pauseChild(name: string): void {
    this.#child(name).kill("SIGSTOP");
  }

  resumeChild(name: string): void {
    this.#child(name).kill("SIGCONT");
  }

  restartChild(name: string): Promise<void> {
    return this.#child(name).restart();
  }

  nextEnv(name: string, env: Readonly<Record<string, string>>): void {
    this.#child(name).setNextEnv(env);
  }

  untilReady(name: string, restarts = 0): Promise<void> {
    return this.#child(name).untilReady(restarts);
  }

  status() {
    return this.#children.map((child) => child.status());
  }

  on<Name extends keyof SupervisorEvents>(
    event: Name,
    listener: (details: SupervisorEvents[Name]) => void,
  ): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as Listener));
    return () => listeners.delete(listener as Listener);
  }

  /** Every child is tried, whatever happens to the others; then the first failure is thrown. */
  async #stopAll(): Promise<void> {
    this.#stopping.abort();
    const failures: unknown[] = [];
    for (const child of this.#children.toReversed()) {
      await child.stop().catch((thrown: unknown) => failures.push(thrown));
    }
    // A stop may come while the lock is still being taken; a lock that was refused is another's.
    (await this.#locking?.catch(() => undefined))?.release();
    if (failures.length > 0) throw failures[0];
  }

  async #needsReady(spec: ChildSpec): Promise<Readonly<Record<string, Addresses>>> {
    const needed = (spec.needs ?? []).map((name) => this.#child(name));
    while (needed.some((child) => child.state !== "ready")) {
      await Promise.all(needed.map((child) => child.untilReady()));
    }
    return Object.fromEntries(needed.map((child) => [child.spec.name, child.addresses]));
  }

  #emit<Name extends keyof SupervisorEvents>(name: Name, details: SupervisorEvents[Name]): void {
    // Later, and outside our loops: a listener that throws is the process's error, not a child's.
    for (const listener of this.#listeners.get(name) ?? []) {
      queueMicrotask(() => listener(details));
    }
    if (name === "ready") this.#followAddresses(details.name);
  }

  /** A child that comes back elsewhere takes along those started with its old address. */
  #followAddresses(name: string): void {
    const now = JSON.stringify(this.#child(name).addresses);
    const before = this.#known.get(name);
    this.#known.set(name, now);
    if (before === undefined || before === now) return;
    for (const child of this.#children) {
      if (!child.spec.needs?.includes(name) || child.state !== "ready") continue;
      // It fails only by stopping, which its own stop reports.
      child.restart().catch(() => undefined);
    }
  }

  #child(name: string): ManagedChild {
    const found = this.#children.find((child) => child.spec.name === name);
    if (found === undefined) throw supervisorErrors.E_SUPERVISOR_CHILD_UNKNOWN({ name });
    return found;
  }
}
