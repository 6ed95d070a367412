import { expect, test } from "vitest";
import { percentilesOf } from "./percentiles.ts";

test("the 99th percentile of a hundred latencies is the second worst", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(values)).toEqual({ p50: 50, p95: 95, p99: 99, worst: 100 });
});

test("one latency is every percentile", () => {
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, worst: 7 });
});
