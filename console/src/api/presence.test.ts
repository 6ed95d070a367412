import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isSomebodyThere, watchPresence } from "./presence.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

describe("a page that stays open", () => {
  test("given a minute without pointer and keys, then nobody is there, until a key is pressed", () => {
    const page = new EventTarget();
    watchPresence(page);
    page.dispatchEvent(new Event("pointermove"));
    expect(isSomebodyThere()).toBe(true);
    vi.advanceTimersByTime(61_000);
    expect(isSomebodyThere()).toBe(false);
    page.dispatchEvent(new Event("keydown"));
    expect(isSomebodyThere()).toBe(true);
  });
});
