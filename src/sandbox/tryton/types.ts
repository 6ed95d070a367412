/**
 * A real Tryton server, run by us as a sandbox.
 *
 * folder     everything the server writes: settings, SQLite file, log, pid file, password
 * template   a database with modules and administrator and nothing else; copied for each reset,
 *            for making one takes about 20 s and copying one none
 * database   what Tryton calls one installation's data; part of every URL
 * company    one legal entity inside a database
 */

/** The logging this folder needs; a pino logger fits. Never told a password. */
export interface TrytonLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export type TrytonDatabase =
  | { readonly kind: "sqlite" }
  | {
      readonly kind: "postgres";
      /** A server and a role that may create databases: `postgres://role:secret@host:port/any`. */
      readonly url: string;
      /** Database of this server; default `fin`. Lower-case letters, digits and `_`. */
      readonly name?: string;
      /** Database to copy at each reset; default `tryton_template`. */
      readonly template?: string;
    };

/** How to reach a server and sign in. */
export interface TrytonAccess {
  /** `http://127.0.0.1:8100`. */
  readonly url: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** How a process ended. */
export interface TrytonExit {
  readonly code: number | null;
  readonly signal: string | null;
}
