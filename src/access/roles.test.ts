import { describe, expect, test } from "vitest";
import { demand, may, permissions, roles, rolesWith } from "./roles.ts";

describe("permissions", () => {
  test("given an actor with a role of the table, then it may; given none, then it is told who may", () => {
    const support = { name: "Sam", roles: ["support"] as const };
    expect(may(support, "story.read")).toBe(true);
    expect(may(support, "event.read")).toBe(false);
    expect(() => demand(support, "exception.retry")).toThrow(
      /controller, analyst, engineer, admin/,
    );
    expect(() => demand({ name: "nobody", roles: [] }, "story.read")).toThrow(/nobody may not/);
  });
  test("given the table, then every permission has somebody, and no clock excludes money", () => {
    for (const permission of permissions) {
      expect(rolesWith(permission).length).toBeGreaterThan(0);
      for (const role of rolesWith(permission)) expect(roles).toContain(role);
    }
    expect(rolesWith("exception.exclude")).not.toContain("system");
    expect(rolesWith("exception.exclude")).not.toContain("admin");
  });
});
