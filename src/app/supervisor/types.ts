import type { ExitReport, RunningServer, ServerLog } from "../../engine/embedded/types.ts";
import type { Clock } from "../../kernel/clock.ts";

/**
 * The process that owns all others of one data folder, `tieout up`.
 *
 * child      a process the supervisor starts, watches, restarts and stops: postgres, restate, hub
 * need       a child that must be ready before this one starts, and stops after it
 * ready      it answers; its addresses are known
 * lifeline   the channel whose end tells a child that its supervisor is gone, even by SIGKILL
 */

/** Loopback addresses of a ready child, by use: `{ url: "postgres://…" }`. */
export type Addresses = Readonly<Record<string, string>>;

export interface StartedChild extends RunningServer {
  readonly addresses: Addresses;
}

export interface StartContext {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** What the needs offer, by child. */
  readonly addresses: Readonly<Record<string, Addresses>>;
  /** Variables for this one start, see `nextEnv`. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the supervisor stops: the start ends and leaves nothing running. */
  readonly signal: AbortSignal;
  /** False where a supervisor in another container could serve this data folder unseen. */
  readonly alone: boolean;
}

export interface ChildSpec {
  readonly name: string;
  readonly needs?: readonly string[];
  /** Resolves when the child is ready; rejects when it cannot be, leaving no process. */
  start(context: StartContext): Promise<StartedChild>;
}

/**
 * waiting     for its needs
 * starting    not ready yet
 * ready       in service
 * backing-off ended unexpectedly, to be started again
 * stopped     ended on request
 */
export type ChildState = "waiting" | "starting" | "ready" | "backing-off" | "stopped";

export interface ChildStatus {
  readonly name: string;
  readonly state: ChildState;
  /** Undefined while there is no process. */
  readonly pid: number | undefined;
  /** Starts after the first. */
  readonly restarts: number;
  /** The last known ones. */
  readonly addresses: Addresses;
}

export interface SupervisorEvents {
  ready: { readonly name: string; readonly pid: number; readonly restarts: number };
  /** A ready child ended; `expected` when we asked for it. */
  exit: {
    readonly name: string;
    readonly pid: number;
    readonly exit: ExitReport;
    readonly expected: boolean;
  };
  /** A child will be started again after `delayMs`. */
  restart: { readonly name: string; readonly delayMs: number };
}

export interface SupervisorOptions {
  /** `TIEOUT_DATA`. */
  readonly dataDir: string;
  readonly children: readonly ChildSpec[];
  readonly clock: Clock;
  readonly log: ServerLog;
  /** First and longest wait before a child is started again, milliseconds: 100 and 10,000. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
}

export interface Supervisor {
  /**
   * Starts every child, each once its needs are ready. When one cannot start at all, the others
   * are stopped and its error is thrown.
   */
  start(): Promise<void>;
  /** Stops the children, last first, and gives the data folder free. May be called twice. */
  stop(): Promise<void>;
  /** SIGKILLs every child; the end of an impatient stop. */
  killAll(): void;
  killChild(name: string, signal?: NodeJS.Signals): void;
  /** SIGSTOP: the child stands still, its connections stay open. */
  pauseChild(name: string): void;
  resumeChild(name: string): void;
  /** Ends a child in order and starts it at once; resolves when it is ready again. */
  restartChild(name: string): Promise<void>;
  /** Adds variables to the next start of a child only. */
  nextEnv(name: string, env: Readonly<Record<string, string>>): void;
  /** Resolves when the child has become ready `restarts` times or more after its first start. */
  untilReady(name: string, restarts?: number): Promise<void>;
  status(): ChildStatus[];
  /** Returns the function that ends the listening. */
  on<Name extends keyof SupervisorEvents>(
    event: Name,
    listener: (details: SupervisorEvents[Name]) => void,
  ): () => void;
}
