/** The command line asks a hub elsewhere, with a token, and says the same as beside the ledger. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/build-program.ts";
import type { ApiRoom } from "../support/api-room.ts";
import { openApiRoom } from "../support/api-room.ts";
import { customer } from "../support/story-company.ts";

let room: ApiRoom;
let token: string;

beforeAll(async () => {
  room = await openApiRoom();
  await room.person("Ada Meyer", ["analyst"]);
  room.company.server.mishaps.push("refused");
  await room.company.tell(customer("c1", 0));
  await room.company.work();
  const permissions = ["exception.read", "exception.retry", "story.read", "handoff.read"];
  const ada = await room.signIn("ada");
  const body = { name: "terminal", permissions };
  const made = await ada.ask("/api/v1/tokens", { method: "POST", body });
  token = String(made.body["token"]);
});

afterAll(() => room.close());

async function run(argv: readonly string[], server = room.url) {
  let [out, err] = ["", ""];
  const code = await runProgram(
    {
      ...{ version: "1", colour: false, columns: 100, zone: "UTC", nowMs: () => Date.now() },
      connect: async () => undefined,
      alone: () => room.company.context,
      server: { url: server, token },
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    },
    argv,
  );
  return { code, out, err };
}

describe("the command line with a server", () => {
  test("given a token, then it lists, plans and acts there, with the same words and codes", async () => {
    const listed = await run(["exceptions", "ls", "--json"]);
    expect(listed).toMatchObject({ code: 0, err: "" });
    const { causes } = JSON.parse(listed.out) as { causes: { example: string; cases: number }[] };
    expect(causes).toMatchObject([{ cases: 1 }]);
    const id = causes[0]?.example ?? "";
    expect((await run(["trace", "shop/customer/c1"])).out).toContain("NEEDS YOU");
    const plan = await run(["exceptions", "retry", id]);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.out).toContain("Nothing was changed");
    expect((await run(["exceptions", "retry", id, "--yes"])).out).toContain("Retried 1");
    await room.company.work();
    expect((await run(["trace", "shop/customer/c1"])).out).toContain("SETTLED");
    const audit = await room.company.pool.query(
      "select actor, after -> 'by' as by from audit where operation = 'retry-exception'",
    );
    expect(audit.rows).toMatchObject([{ actor: "Ada Meyer", by: { means: "token" } }]);
  });

  test("given places to look, then search, overview and cases are the server's", async () => {
    expect((await run(["search", "shop/customer/c1"])).out).toContain("Customer c1");
    expect((await run(["overview"])).out).toMatch(/shop +customer +plain/);
    expect((await run(["cases", "ls", "--state", "resolved"])).out).toContain("shop/customer/c1");
    expect((await run(["cases", "ls", "--whose", "mine"])).out).toContain("No such");
    const { out } = await run(["handoffs", "ls", "--json"]);
    const { handoffs } = JSON.parse(out) as { handoffs: { id: string }[] };
    // The token may see handoffs, and not what was sent: that holds names.
    expect((await run(["handoffs", "show", handoffs[0]?.id ?? ""])).err).toContain(
      "[E_ACCESS_DENIED]",
    );
  });

  test("given what is refused there, then the error is the server's own", async () => {
    expect((await run(["doctor"])).err).toContain("[E_ACCESS_DENIED]");
    expect((await run(["trace", "nothing"])).err).toContain("[E_OPERATIONS_NOT_FOUND]");
    expect(await run(["handoffs", "ls", "--state", "sleeping"])).toMatchObject({ code: 2 });
  });

  test("given an address that would show the token to others, or nobody there, then it says so", async () => {
    for (const bad of ["http://example.com", "ftp://127.0.0.1", "nonsense"]) {
      expect((await run(["doctor"], bad)).err, bad).toContain("[E_CLI_SERVER_ADDRESS]");
    }
    expect((await run(["doctor"], "http://127.0.0.1:9")).err).toContain("[E_CLI_SERVER_SILENT]");
    expect((await run(["doctor"], `${room.url}/healthz?x=`)).err).toContain("[E_ACCESS_DENIED]");
    token = "";
    expect((await run(["doctor"])).err).toContain("[E_CLI_TOKEN_MISSING]");
  });
});
