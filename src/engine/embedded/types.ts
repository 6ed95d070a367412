/**
 * The servers that come in the box.
 *
 * server       PostgreSQL or Restate, run by us as a process of its own
 * data folder  `TIEOUT_DATA`; everything a server writes lies in it
 * run record   `run/<name>.json`: which process serves this data folder, and who started it
 * leftover     a server that outlived the process that started it
 * identity     the user a server runs as; PostgreSQL refuses root
 */

/** The logging this folder needs; a pino logger fits. */
export interface ServerLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How a process ended. `unknown` when it was not our child, so that nobody told us. */
export interface ExitReport {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A started server. Addresses are loopback URLs. */
export interface RunningServer {
  readonly pid: number;
  /** Settles once, when the process is gone. */
  readonly exited: Promise<ExitReport>;
  /** Asks for an orderly end, insists after a while, and returns when the process is gone. */
  stop(): Promise<void>;
  /** Sends a signal; nothing happens when the process is gone. */
  kill(signal: NodeJS.Signals): void;
}
