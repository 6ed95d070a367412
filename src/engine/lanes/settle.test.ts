import { describe, expect, test } from "vitest";
import type { ProbeResult } from "../../connectors/kit/target.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { Doubt, SettlingSpec, Subject } from "./settle.ts";
import { MOST_IN_VAIN, settle } from "./settle.ts";

const spec: SettlingSpec = {
  name: "invoice.post",
  entity: "invoice",
  effect: "fact",
  guard: "probe",
  longestRunMs: 60_000,
  indexLagMs: 0,
  settlesMs: 100_000,
};

const subject = (attempts: number): Subject => ({
  object: "stripe-us/invoice/in_1",
  target: "books",
  operation: "invoice.post",
  reference: "abcdefghijklmnop",
  attempts,
  probes: 1,
});

const unfinished: ProbeResult = {
  kind: "unfinished",
  externalId: "7",
  differences: [{ field: "state", ours: "posted", theirs: "draft" }],
};

describe("given a probe that finds ours with a step lacking", () => {
  test("then the same request goes again at once, and nothing is linked yet", () => {
    const probe = { kind: "probe" as const, probe: unfinished };
    const settled = settle("unknown", subject(1), spec, probe, seededRandom(1));
    expect(settled).toMatchObject({ to: "ready", outcomeClass: "probe-unfinished" });
    expect(settled.notBeforeMs).toBeUndefined();
    expect(settled.link).toBeUndefined();
    expect(settled.exception).toBeUndefined();
  });

  test("when it was sent forty times, then a person is asked, with what lacks", () => {
    const probe = { kind: "probe" as const, probe: unfinished };
    const settled = settle("unknown", subject(40), spec, probe, seededRandom(1));
    expect(settled.to).toBe("excepted");
    expect(settled.exception?.message).toContain("state: ours posted, theirs draft");
  });

  test("when the target had said done, then the same request goes again within seconds", () => {
    const kept = { kind: "kept-otherwise" as const, externalId: "7", probe: unfinished };
    const settled = settle("sent", subject(1), spec, kept, seededRandom(1));
    expect(settled).toMatchObject({ to: "waiting", outcomeClass: "unfinished" });
    expect(settled.notBeforeMs).toBeLessThanOrEqual(5000);
    expect([settled.link, settled.exception]).toEqual([undefined, undefined]);
  });

  test("when it lacked forty times after the target had said done, then that is a difference", () => {
    const kept = { kind: "kept-otherwise" as const, externalId: "7", probe: unfinished };
    const settled = settle("sent", subject(40), spec, kept, seededRandom(1));
    expect(settled.to).toBe("excepted");
    expect(settled.exception?.cause).toContain("differs in state");
  });
});

describe("given a probe that finds nothing of what was sent and never answered", () => {
  const doubt: Doubt = { settlesMs: 0, code: "E_BOOKS_500", message: "internal error" };
  const quick: SettlingSpec = { ...spec, guard: "external-id" };
  const ask = (subject: Subject, doubt: Doubt | undefined, on = quick) =>
    settle(
      "unknown",
      subject,
      on,
      { kind: "probe", probe: { kind: "absent" }, doubt },
      seededRandom(1),
    );
  const sent = (attempts: number, probes: number) => ({ ...subject(attempts), probes });

  test("then it is sent again, and a dozen times in vain a person is asked", () => {
    expect(ask(sent(MOST_IN_VAIN - 1, 40), doubt).to).toBe("ready");
    const { to, exception } = ask(sent(MOST_IN_VAIN, MOST_IN_VAIN), doubt);
    expect(to).toBe("excepted");
    expect(exception?.cause).toBe("books E_LANE_SENT_IN_VAIN E_BOOKS_500");
  });

  test("given each waits out a quarter of an hour, then after the third", () => {
    const slow: SettlingSpec = { ...spec, effect: "state", settlesMs: 1_000_000 };
    expect(ask(sent(2, 2), doubt, slow).to).toBe("ready");
    expect(ask(sent(3, 3), doubt, slow).to).toBe("excepted");
  });

  test("given it was refused for now many times and lost once, then it is sent again", () => {
    expect(ask(sent(40, 1), doubt).to).toBe("ready");
  });

  test("given it may still take effect, then it is asked for once more after that", () => {
    const again = ask(sent(MOST_IN_VAIN, MOST_IN_VAIN), { ...doubt, settlesMs: 9000 });
    expect(again).toMatchObject({ to: "unknown", outcomeClass: "probe-absent" });
    expect(again.notBeforeMs).toBeGreaterThan(9000);
    expect(again.exception).toBeUndefined();
  });

  test("given it was never sent by this ledger, then it goes", () => {
    expect(ask(sent(40, 40), undefined).to).toBe("ready");
  });
});
