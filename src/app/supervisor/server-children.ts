import type { PostgresOptions } from "../../engine/embedded/postgres.ts";
import { startEmbeddedPostgres } from "../../engine/embedded/postgres.ts";
import type { RestateOptions } from "../../engine/embedded/restate.ts";
import { startEmbeddedRestate } from "../../engine/embedded/restate.ts";
import type { ChildSpec } from "./types.ts";

type Given = "dataDir" | "clock" | "log" | "signal" | "alone";

/** The embedded ledger; its address is `url`. Left out when `DATABASE_URL` names another one. */
export function postgresChild(options: Omit<PostgresOptions, Given>): ChildSpec {
  return {
    name: "postgres",
    async start({ dataDir, clock, log, signal, alone }) {
      const given = { dataDir, clock, log, signal, alone };
      const server = await startEmbeddedPostgres({ ...options, ...given });
      return { ...server, addresses: { url: server.url } };
    },
  };
}

/** The embedded engine; its addresses are `ingress` and `admin`. */
export function restateChild(options: Omit<RestateOptions, Given> = {}): ChildSpec {
  return {
    name: "restate",
    async start({ dataDir, clock, log, signal, env }) {
      const given = { dataDir, clock, log, signal };
      const all = { ...options, ...given, env: { ...options.env, ...env } };
      const server = await startEmbeddedRestate(all);
      return { ...server, addresses: { ingress: server.ingressUrl, admin: server.adminUrl } };
    },
  };
}
