/**
 * The hub's side of the engine: one Restate object per hub whose keys are seats. Only seat names
 * travel through the engine; what a seat does is in the ledger.
 *
 * Each hub registers an object of its own name. Restate sends all invocations of one service to
 * its newest deployment, so hubs that shared a name would leave all seats to the last one started.
 */
import "./promise-with-resolvers.ts";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import * as restate from "@restatedev/restate-sdk";
import type { SeatKey } from "../store/take-lane.ts";

export interface RestateEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

export interface RestateEndpointOptions {
  readonly hub: string;
  readonly host: string;
  readonly port: number;
  /** Runs a seat for a while; true when it should be run again at once. Must not throw. */
  readonly runSeat: (seat: SeatKey) => Promise<boolean>;
  readonly onError: (cause: Error) => void;
}

export function serviceNameOf(hub: string): string {
  return `lane_${hub.replace(/[^A-Za-z0-9_]/g, "_")}`;
}

export function seatName(seat: SeatKey): string {
  return `${seat.budget}~${seat.seat}`;
}

function parseSeat(name: string): SeatKey {
  const at = name.lastIndexOf("~");
  return { budget: name.slice(0, at), seat: Number(name.slice(at + 1)) };
}

const CLOSE_PATIENCE_MS = 500;

interface LaneObject {
  run(context: restate.ObjectContext): Promise<void>;
}

/** Serves the object over HTTP/2 on one address; the SDK's own server binds every interface. */
export async function openRestateEndpoint(
  options: RestateEndpointOptions,
): Promise<RestateEndpoint> {
  const name = serviceNameOf(options.hub);
  const lane = restate.object({
    name,
    handlers: {
      run: async (context: restate.ObjectContext): Promise<void> => {
        const again = await context.run("drain", () => options.runSeat(parseSeat(context.key)));
        if (again) context.objectSendClient<LaneObject>({ name }, context.key).run();
      },
    },
    options: {
      inactivityTimeout: { minutes: 5 },
      abortTimeout: { minutes: 5 },
      // A run that the engine gives up holds its key no longer; the sweeper starts another.
      retryPolicy: {
        initialInterval: 100,
        maxInterval: 2000,
        maxAttempts: 60,
        onMaxAttempts: "kill",
      },
      journalRetention: 0,
    },
  });
  const handler = restate.createEndpointHandler({
    services: [lane],
    // Bound to loopback; the SDK's advice to sign requests is for endpoints that others can reach.
    logger: (meta, message) => {
      if (meta.level === "error") options.onError(new Error(String(message)));
    },
  });
  const sessions = new Set<http2.ServerHttp2Session>();
  const server = http2.createServer(handler);
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  server.on("error", options.onError);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      // Let the last answers out; what the engine holds open beyond that is cut.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      const cut = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, CLOSE_PATIENCE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}
