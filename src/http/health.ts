/**
 * Is this hub alive, and may it be given work. Pure: the caller has asked the parts.
 *
 * alive   the process answers; anything more would make a supervisor kill a hub that merely waits
 * ready   it can keep what it is given: the database answers and the queue has room. A missing
 *         engine or the right to send does not make it unready: facts are kept, work waits.
 */
import type { Report } from "./server.ts";

export interface ReadinessInput {
  readonly database: boolean;
  readonly engine: boolean;
  readonly sending: { readonly allowed: boolean; readonly reason: string | undefined };
  /** How full intake's queue is, from 0 to 1. */
  readonly queuePressure: number;
  readonly stopping: boolean;
  /** Whether the ledger has room; `why` where it has too little. */
  readonly room: {
    readonly state: "ok" | "refusing" | "pausing";
    readonly why?: string | undefined;
  };
}

type Status = "ok" | "degraded" | "failed";

interface Part {
  readonly status: Status;
  readonly detail: string;
}

/** From here on requests are soon answered with "busy"; a balancer should look elsewhere. */
const FULL = 0.9;

const ROOM_WORDS = {
  refusing: "intake refuses, handoffs go on",
  pausing: "intake refuses, lanes record and wait",
} as const;

export function aliveReport(version: string, hub: string): Report {
  return { ok: true, body: { status: "alive", hub, version } };
}

export function readyReport(input: ReadinessInput): Report {
  const percent = Math.round(input.queuePressure * 100);
  const parts: Record<string, Part> = {
    database: input.database
      ? { status: "ok", detail: "answers" }
      : { status: "failed", detail: "does not answer; nothing can be kept" },
    queue:
      input.queuePressure < FULL
        ? { status: "ok", detail: `${percent} % full` }
        : { status: "failed", detail: `${percent} % full` },
    engine: input.engine
      ? { status: "ok", detail: "answers" }
      : { status: "degraded", detail: "does not answer; facts are kept, work waits" },
    sending: input.sending.allowed
      ? { status: "ok", detail: "allowed" }
      : {
          status: "degraded",
          detail: `switched off: ${input.sending.reason ?? "no reason given"}`,
        },
  };
  const { state, why } = input.room;
  parts["room"] =
    state === "ok"
      ? { status: "ok", detail: "the ledger has room" }
      : { status: "failed", detail: `${why ?? "too little"}; ${ROOM_WORDS[state]}` };
  if (input.stopping) parts["hub"] = { status: "failed", detail: "shutting down" };
  const statuses = Object.values(parts).map((part) => part.status);
  const ok = !statuses.includes("failed");
  const status = ok ? (statuses.includes("degraded") ? "degraded" : "ready") : "not ready";
  return { ok, body: { status, parts } };
}
