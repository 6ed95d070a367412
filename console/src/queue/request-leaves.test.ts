import { expect, test } from "vitest";
import { leavesOf } from "./request-leaves.ts";

test("given a request, then every value stands under its place, and an empty one has none", () => {
  const body = {
    entity: { id: "7" },
    item: { items: [{ item: { id: "15" }, amount: 1 }] },
    x: null,
  };
  expect(leavesOf(body)).toEqual([
    ["entity.id", "7"],
    ["item.items[0].item.id", "15"],
    ["item.items[0].amount", "1"],
    ["x", "null"],
  ]);
  expect(leavesOf(null)).toEqual([]);
});
