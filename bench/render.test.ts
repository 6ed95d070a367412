import { expect, test } from "vitest";
import { renderResult } from "./render.ts";
import type { BenchResult } from "./result.ts";
import { figure, mustAgree, ratio } from "./result.ts";

const result: BenchResult = {
  id: "P1",
  title: "durable webhook intake",
  startedAt: "2026-01-31T10:00:00.000Z",
  seconds: 61.4,
  command: "npm run bench -- P1",
  version: "1.2.3",
  commit: "abc1234",
  machine: {
    cores: 2,
    processor: "Some | processor",
    memoryGiB: 24,
    system: "Linux",
    kernel: "6.1",
    load: 0.1,
    node: "v20.19.0",
    fsync: { writes: 500, p50Ms: 0.5, p99Ms: 2 },
  },
  measurements: [
    {
      what: "webhooks",
      setting: { connections: 64 },
      figures: [figure("events per second", 4286.31, "/s"), figure("p99", 43.21, "ms")],
      verified: { events: 1000 },
    },
  ],
  peers: [{ peer: "other", version: "2.0", count: 500, perSecond: 1000, p50Ms: 1, p99Ms: 2 }],
  ratios: [ratio("64 connections : other", 4286.31, 1000)],
  processes: ["hub", "load"],
  notes: ["A note."],
};

test("a result shows its figures, its peer, the ratio and the machine", () => {
  const text = renderResult(result);
  expect(text).toContain(
    "| webhooks | connections 64 | events per second 4286 /s<br>p99 43.2 ms |",
  );
  expect(text).toContain("| other 2.0 | 500 | 1000 /s |");
  expect(text).toContain("| 64 connections : other | 4.29× |");
  expect(text).toContain("Some \\| processor, 2 cores");
  expect(text).toContain("`npm run bench -- P1`");
});

test("a run that lost work is not a result", () => {
  const counts = { events: { found: 999, expected: 1000 }, handoffs: { found: 5, expected: 5 } };
  expect(() => mustAgree("P1", counts)).toThrow("P1: events: expected 1000, found 999");
  expect(mustAgree("P1", { handoffs: { found: 5, expected: 5 } })).toEqual({ handoffs: 5 });
});
