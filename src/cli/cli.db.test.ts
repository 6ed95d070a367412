import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import type { CliOptions } from "./build-program.ts";
import { runProgram } from "./build-program.ts";

const ISSUER = "https://id.example.com";

let company: Company;

beforeEach(async () => {
  company = await openCompany();
});

afterEach(() => company.close());

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], more: Partial<CliOptions> = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runProgram(
    {
      version: "1.2.3",
      connect: async () => ({ context: company.context, close: async () => {} }),
      alone: () => company.context,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      colour: false,
      columns: 100,
      zone: "UTC",
      nowMs: () => company.context.clock.now(),
      ...more,
    },
    argv,
  );
  return { code, out, err };
}

describe("the command line", () => {
  test("given a posted invoice, then trace tells its story in words, marks and money", async () => {
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    await company.work();
    const { code, out } = await run(["trace", "A-1"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ SETTLED\nInvoice A-1, 1,190\.00 EUR: in plain as DOC2 since/);
    expect(out).toContain("Systems as of ");
    expect(out).toMatch(/○ +│ +invoice\.finalized invoice 1/);
    expect(out).toMatch(/│ +→ +invoice\.post invoice 1: sent once: done/);
    expect(out).toMatch(/│ +✓ +has invoice 1 as DOC2/);
    expect(out).toContain("≈ ");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });

  test("given a party that is erased, then it is said that hubs remember its key a while", async () => {
    await company.tell(customer("c1", 0));
    await company.work();
    const erase = ["privacy", "erase", "shop/customer/c1", "--confirm"];
    const first = await run(erase);
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain("remember its key for two minutes more: run this again then");
    expect((await run(erase)).out).not.toContain("two minutes more");
  });

  test("given an exception, then it is marked in text, in red only on a terminal, with the act", async () => {
    await company.tell(customer("c1", 0));
    await company.work();
    company.server.mishaps.push("refused");
    await company.tell(invoice("1", "c1", 5));
    await company.work();
    const plain = await run(["trace", "A-1"]);
    expect(plain.out).toMatch(/^◆ NEEDS YOU\n/);
    expect(plain.out).toMatch(/What helps: .*\n {2}tieout exceptions retry exc_[0-9a-f]{32}/);
    expect(plain.out).toMatch(/EXCEPTION E_PLAIN_CLOSED: closed/);
    expect(plain.out).not.toContain("\u001b[");
    const painted = await run(["trace", "A-1"], { colour: true });
    expect(painted.out).toContain("\u001b[31m◆ NEEDS YOU");
    const list = await run(["exceptions", "ls"]);
    expect(list.out).toMatch(/CASES +MONEY/);
    expect(list.out).toMatch(/1 +1,190\.00 EUR/);
    const id = /exc_[0-9a-f]{32}/.exec(list.out)?.[0] ?? "";
    const shown = await run(["exceptions", "show", id]);
    expect(shown.out).toContain("◆ OPEN");
    const plan = await run(["exceptions", "retry", id]);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.out).toContain("Nothing was changed. Add --yes to do it.");
    expect((await run(["exceptions", "retry", id, "--yes"])).out).toContain("Retried 1");
    expect(await run(["exceptions", "retry", id, "--yes"])).toMatchObject({ code: 1 });
  });

  test("given a name or a number, then search finds it; a handoff shows what was sent and answered", async () => {
    await company.tell(customer("c1", 0, "Harbor Ferry GmbH"), invoice("1", "c1", 5));
    await company.work();
    for (const text of ["A-1", "ferry harb", "DOC2"]) {
      const { code, out } = await run(["search", text]);
      expect(code).toBe(0);
      expect(out, text).toMatch(/Invoice A-1 .*1,190\.00 EUR/);
    }
    expect((await run(["search", "nothing-of-ours"])).out).toContain("Nothing is known by that.");
    expect((await run(["overview"])).out).toMatch(
      /shop +invoice +plain +confirmed +1 +1,190\.00 EUR/,
    );
    const { out } = await run(["handoffs", "ls", "--json"]);
    const { handoffs } = JSON.parse(out) as { handoffs: { id: string; object: string }[] };
    const id = handoffs.find((one) => one.object === "shop/invoice/1")?.id ?? "";
    const shown = await run(["handoffs", "show", id]);
    expect(shown.out).toMatch(/send 1: done/);
    expect(shown.out).toMatch(/sent {6}.*"method":"PUT"/);
    expect(shown.out).toMatch(/answered {2}/);
  });

  test("given a case, then it is listed, given away, put off and brought back", async () => {
    await company.tell(customer("c1", 0));
    await company.work();
    company.server.mishaps.push("refused");
    await company.tell(invoice("1", "c1", 5));
    await company.work();
    await run([
      "user",
      "add",
      "--name",
      "Bea Lind",
      "--login",
      "bea@example.com",
      "--issuer",
      ISSUER,
    ]);
    await run(["user", "grant", "bea@example.com", "--role", "analyst"]);
    const id = /exc_[0-9a-f]{32}/.exec((await run(["cases", "ls"])).out)?.[0] ?? "";
    expect((await run(["exceptions", "assignees"])).out).toBe("Bea Lind\n");
    expect((await run(["exceptions", "assign", id, "--to", "Bea Lind"])).out).toContain(
      "1 now with Bea Lind.",
    );
    expect((await run(["cases", "ls"])).out).toMatch(/E_PLAIN_CLOSED.*Bea Lind/);
    expect((await run(["cases", "ls", "--whose", "unassigned"])).out).toContain("No such");
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const why = ["--until", until, "--reason", "they answer on Monday"];
    expect((await run(["exceptions", "snooze", id, ...why])).out).toContain("1 put off until");
    expect((await run(["exceptions", "show", id])).out).toContain("they answer on Monday");
    expect((await run(["exceptions", "wake", id])).out).toContain("1 in sight again.");
    const references = await run(["exceptions", "references", id]);
    expect(references.out).toMatch(/shop\/customer\/c1 .*corrected in its source/);
    const repair = ["exceptions", "repair", id, "--object", "shop/customer/c1", "--to", "77"];
    expect((await run(repair)).err).toContain("[E_OPERATIONS_REFERENCE]");
    expect(await run([...repair, "--yes"])).toMatchObject({ code: 4 });
    expect((await run(["user", "reset-password", "bea@example.com"])).err).toContain(
      "[E_OPERATIONS_NO_PASSWORD]",
    );
  });

  test("given --json, then stdout is the operation's result and nothing else", async () => {
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    const { out, err, code } = await run(["handoffs", "ls", "--state", "waiting", "--json"]);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(JSON.parse(out).handoffs).toMatchObject([
      { object: "shop/invoice/1", wait: { kind: "need" }, amount: { amount: "1190.00" } },
    ]);
    const failed = await run(["trace", "nothing", "--json"]);
    expect(failed.out).toBe("");
    expect(JSON.parse(failed.err).error.code).toBe("E_OPERATIONS_NOT_FOUND");
  });

  test("given what may go wrong, then the exit code says which kind it was", async () => {
    expect((await run(["nonsense"])).code).toBe(2);
    expect((await run(["trace"])).code).toBe(2);
    expect((await run(["handoffs", "ls", "--state", "sleeping"])).code).toBe(2);
    expect((await run(["exceptions", "retry"])).code).toBe(2);
    expect((await run(["trace", "nothing"])).code).toBe(1);
    expect((await run(["audit", "verify", "--only", "Order"])).code).toBe(0);
    const exclude = ["exceptions", "exclude", "exc_00000000000000000000000000000000"];
    const flags = ["--reason-code", "other", "--expires-at", "2030-01-01T00:00:00Z"];
    expect((await run([...exclude, ...flags])).code).toBe(1);
    expect((await run([...exclude, ...flags, "--yes"])).code).toBe(4);
    company.server.documents.set("zzzzzzzzzzzzzzzz", [{ id: "D", body: '{"data":{}}' }]);
    const verified = await run(["audit", "verify"]);
    expect(verified.code).toBe(3);
    expect(verified.out).toMatch(/VIOLATED NoOrphan: 1/);
    expect(verified.out).toContain("Not applicable yet: Balance, ");
    expect((await run(["doctor"])).code).toBe(1);
  });

  test("given nothing that runs, then it says how to start it; help needs nothing", async () => {
    const nothing = { connect: async () => undefined };
    expect(await run(["doctor"], nothing)).toMatchObject({
      code: 1,
      out: "",
      err: "Nothing is running here. Start it with: npm start [E_CLI_NOTHING_RUNS]\n",
    });
    const refused = async () => {
      throw Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    };
    expect((await run(["doctor"], { connect: refused })).err).toContain("npm start");
    const help = await run(["exceptions", "retry", "--help"], nothing);
    expect(help.code).toBe(0);
    expect(help.out).toContain("Examples:\n  tieout exceptions retry exc_");
    expect(help.out).toContain("--yes");
    expect((await run(["--version"], nothing)).out).toBe("1.2.3\n");
  });

  test("given every list, then it prints for people, and empty ones say so", async () => {
    expect((await run(["events", "ls"])).out).toBe("No events.\n");
    expect((await run(["exceptions", "ls"])).out).toBe("No open exceptions.\n");
    expect((await run(["dead-letters", "ls"])).out).toBe("No dead letters.\n");
    await company.tell(customer("c1", 0), { ...customer("c2", 0), data: {} });
    const events = await run(["events", "ls"]);
    expect(events.out).toMatch(/2026-11-01 10:00:00 UTC +customer\.created +shop\/customer\/c1/);
    expect((await run(["dead-letters", "ls"])).out).toContain("E_CONTRACT_SHAPE");
    const connections = await run(["connections"]);
    expect(connections.out).toContain("Sending is allowed.");
    expect(connections.out).toMatch(/plain +plain +PLAIN-1 +1 ready/);
    const id = /evt_[0-9a-f]{32}/.exec(events.out)?.[0] ?? "";
    expect((await run(["events", "get", id])).out).toContain("Raw, as it came (customer.created)");
  });
});
