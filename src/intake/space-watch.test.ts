import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Space } from "./space-watch.ts";
import { makeSpaceWatch, nextState } from "./space-watch.ts";

const limits = { refuseBelow: 1000, pauseBelow: 400 };
let ms = 0;
const clock = { now: () => ms, monotonic: () => ms };

function watchOf(rooms: (number | undefined)[], told: Space[] = []) {
  const readers = [async () => rooms.shift()];
  return makeSpaceWatch({ clock, limits, readers, onChange: (space) => told.push(space) });
}

describe("the room that is left", () => {
  test("given less and less, then intake refuses first and lanes stop later; and back", async () => {
    const told: Space[] = [];
    const watch = watchOf([5000, 999, 1249, 399, 499, 500, 1250], told);
    const states: string[] = [];
    for (let look = 0; look < 7; look += 1) {
      await watch.look();
      states.push(`${watch.space().state} ${watch.mayClaim()}`);
    }
    expect(states).toEqual([
      ...["ok true", "refusing true", "refusing true", "pausing false", "pausing false"],
      ...["refusing true", "ok true"],
    ]);
    expect(told.map((one) => one.state)).toEqual(["refusing", "pausing", "refusing", "ok"]);
    expect(() => watch.demand()).not.toThrow();
  });

  test("given too little, then the refusal says why and when to come back", async () => {
    const watch = watchOf([10]);
    await watch.look();
    try {
      watch.demand();
      expect.unreachable();
    } catch (thrown) {
      expect(thrown).toMatchObject({
        ...{ code: "E_INTAKE_NO_ROOM", class: "retry-after", details: { seconds: 30 } },
      });
    }
  });

  test("given that nobody can tell, then only the server's own word counts, for ten seconds", async () => {
    const watch = watchOf([undefined]);
    await watch.look();
    watch.noteFailure(new Error("something else"));
    expect(watch.space().state).toBe("ok");
    watch.noteFailure(Object.assign(new Error("could not extend file"), { code: "53100" }));
    expect(watch.space()).toMatchObject({ state: "refusing", room: undefined });
    expect(watch.mayClaim()).toBe(true);
    ms += 10_000;
    expect(watch.space().state).toBe("ok");
  });

  test("given two readers, then the smaller answer counts; one that fails is left out", async () => {
    const readers = [
      async () => 5000,
      async () => 300,
      async () => {
        throw new Error("no such folder");
      },
    ];
    const watch = makeSpaceWatch({ clock, limits, readers, onChange: () => {} });
    await watch.look();
    expect(watch.space()).toMatchObject({ state: "pausing", room: 300 });
  });

  test("given any way of the room, then a state is never left within a quarter of its threshold", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { minLength: 1 }), (rooms) => {
        let state = nextState("ok", 5000, limits);
        for (const room of rooms) {
          const before = state;
          state = nextState(before, room, limits);
          if (room < 400) expect(state).toBe("pausing");
          if (room >= 1250) expect(state).toBe("ok");
          if (room < 1000) expect(state).not.toBe("ok");
          if (before !== "ok" && state === "ok") expect(room).toBeGreaterThanOrEqual(1250);
          if (before === "pausing" && state !== "pausing") {
            expect(room).toBeGreaterThanOrEqual(500);
          }
        }
      }),
    );
  });
});
