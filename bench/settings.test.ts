import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("without words all benchmarks run, with peers, in their usual sizes", () => {
  const settings = readSettings([]);
  expect(settings.ids).toEqual(["P1", "P2", "P3", "P8", "P11"]);
  expect(settings.peers).toBe(true);
  expect(settings.lanes).toEqual([8, 16, 32]);
  expect(settings.hubs).toEqual([1, 2]);
  expect(settings.count).toBeUndefined();
});

test("a benchmark is named in any case, and lists are numbers", () => {
  const settings = readSettings(["p2", "--no-peers", "--lanes", "4,12", "--count", "500"]);
  expect(settings).toMatchObject({ ids: ["P2"], peers: false, lanes: [4, 12], count: 500 });
});

test("ours and the peer take one turn, or as many as are asked for", () => {
  expect(readSettings(["P1"]).rounds).toBe(1);
  expect(readSettings(["P1", "--rounds", "5"]).rounds).toBe(5);
});

test("what is left out is named", () => {
  expect(readSettings(["P1"]).without).toEqual([]);
  expect(readSettings(["P1", "--without", "sealer,search"]).without).toEqual(["sealer", "search"]);
});

test("what is not understood is said", () => {
  expect(() => readSettings(["P4"])).toThrow("P4 is none of");
  expect(() => readSettings(["P2", "--lanes", "many"])).toThrow("--lanes");
  expect(() => readSettings(["P2", "--fast"])).toThrow();
  expect(() => readSettings(["P1", "--without", "fsync"])).toThrow("fsync is none of");
});
