import { describe, expect, test } from "vitest";
import { aliveReport, readyReport } from "./health.ts";

const well = {
  database: true,
  engine: true,
  sending: { allowed: true, reason: undefined },
  queuePressure: 0.1,
  stopping: false,
  room: { state: "ok" as const },
};

describe("readiness", () => {
  test("given all parts, then ready; alive asks for nothing", () => {
    expect(readyReport(well)).toMatchObject({ ok: true, body: { status: "ready" } });
    expect(aliveReport("1.0.0", "h1")).toMatchObject({ ok: true });
  });
  test("given no engine or no right to send, then degraded: facts are still kept", () => {
    const noEngine = readyReport({ ...well, engine: false });
    expect(noEngine).toMatchObject({ ok: true, body: { status: "degraded" } });
    const off = readyReport({ ...well, sending: { allowed: false, reason: "restored" } });
    expect(off.ok).toBe(true);
    expect(JSON.stringify(off.body)).toContain("switched off: restored");
  });
  test("given too little room for the ledger, then not ready, and why is said", () => {
    const tight = readyReport({ ...well, room: { state: "refusing", why: "12 MiB are left" } });
    expect(tight).toMatchObject({ ok: false, body: { status: "not ready" } });
    expect(JSON.stringify(tight.body)).toContain("12 MiB are left; intake refuses");
  });
  test("given no database, a full queue or a shutdown, then not ready", () => {
    for (const bad of [{ database: false }, { queuePressure: 0.95 }, { stopping: true }]) {
      expect(readyReport({ ...well, ...bad })).toMatchObject({
        ok: false,
        body: { status: "not ready" },
      });
    }
  });
});
