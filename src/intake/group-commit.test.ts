import { beforeEach, describe, expect, test } from "vitest";
import type { Fact } from "../store/fact-rows.ts";
import type { GroupCommit } from "./group-commit.ts";
import { makeGroupCommit } from "./group-commit.ts";

/** Only the length of its body matters to a group. */
const fact = { inbound: { body: new Uint8Array(1) } } as Fact;

/** Transactions under way, by the number of facts in each; ended from outside. */
let underWay: { readonly facts: number; readonly end: () => void }[];
let waits: (() => void)[];
let group: GroupCommit;

beforeEach(() => {
  underWay = [];
  waits = [];
  group = makeGroupCommit({
    store: (facts) =>
      new Promise((resolve) => {
        const end = () => resolve(facts.map(() => ({ kind: "stored" as const })));
        underWay.push({ facts: facts.length, end });
      }),
    groupSize: 4,
    parallel: 2,
    patienceMs: 60,
    maxWaiting: 100,
    maxWaitingBytes: 100,
    soon: (task) => void setImmediate(task),
    after: (_ms, task) => {
      waits.push(task);
      return () => {
        waits = waits.filter((one) => one !== task);
      };
    },
  });
});

const arrive = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) void group.add(fact);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
};
const sizes = (): number[] => underWay.map(({ facts }) => facts);

describe("facts that arrive behind a transaction", () => {
  test("given one under way, then they gather and go together when it has ended", async () => {
    await arrive(1);
    await arrive(1);
    await arrive(1);
    expect(sizes()).toEqual([1]);
    underWay[0]?.end();
    await arrive(0);
    expect(sizes()).toEqual([1, 2]);
    expect(waits).toHaveLength(0);
  });

  test("given enough for a whole group, then it goes beside the one under way", async () => {
    await arrive(1);
    await arrive(4);
    expect(sizes()).toEqual([1, 4]);
  });

  test("given one that takes long, then they go beside it once", async () => {
    await arrive(1);
    await arrive(2);
    expect(waits).toHaveLength(1);
    waits[0]?.();
    expect(sizes()).toEqual([1, 2]);
    await arrive(8);
    expect(sizes(), "no more than so many at once").toEqual([1, 2]);
  });

  test("given a stop, then what waits is stored before it ends", async () => {
    await arrive(1);
    await arrive(2);
    const stopped = group.stop();
    underWay[0]?.end();
    await arrive(0);
    underWay[1]?.end();
    await stopped;
    expect(sizes()).toEqual([1, 2]);
    await expect(group.add(fact)).rejects.toThrow(/shutting down/);
  });
});
