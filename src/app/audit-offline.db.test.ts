import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import { runProgram } from "../cli/build-program.ts";
import { sealCommitted } from "../engine/sealer.ts";
import type { OperationContext } from "../operations/operation.ts";
import { countTail } from "../store/read-evidence.ts";
import { withoutLedger } from "./connect.ts";
import { callersFiles } from "./files.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Without a context nothing runs on this machine. */
async function run(argv: readonly string[], context?: OperationContext): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runProgram(
    {
      version: "1.2.3",
      connect: async () => context && { context, close: async () => {} },
      alone: withoutLedger,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      colour: false,
      columns: 200,
      zone: "UTC",
      nowMs: () => 0,
    },
    argv,
  );
  return { code, out, err };
}

let folder: string;
let file: string;
let root: string;

/** A company sells, seals, exports; then its ledger is closed and dropped. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "tieout-evidence-"));
  file = path.join(folder, "evidence.tsv");
  const company = await openCompany();
  const context = { ...company.context, surroundings: { files: callersFiles } };
  expect((await run(["audit", "root"], context)).out).toMatch(/^Nothing is sealed yet/);
  await company.tell(customer("c1", 0), invoice("1", "c1", 5));
  await company.work();
  while ((await countTail(company.pool)).rows > 0) {
    if ((await sealCommitted(company.pool)) === 0) await sleep(5);
  }
  const shown = await run(["audit", "root", "--json"], context);
  root = (JSON.parse(shown.out) as { root: string }).root;
  const exported = await run(["audit", "export", "--out", file], context);
  expect(exported).toMatchObject({ code: 0, err: "" });
  expect(exported.out).toContain(`${statSync(file).size} bytes: ${file}`);
  await company.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("evidence on another machine", () => {
  test("given the file and no ledger, then it verifies, and says what it looked at", async () => {
    const { code, out } = await run(["audit", "verify", "--offline", file, "--root", root]);
    expect(code).toBe(0);
    expect(out).toMatch(/Chain +held/);
    expect(out).toMatch(/2 rows of event/);
    expect(out).toContain(`newest block ${root}`);
    expect(out).toContain("not sealed yet: 0 rows");
    expect((await run(["audit", "verify"])).err).toContain("E_CLI_NOTHING_RUNS");
  });

  test("given one digit of the file changed, then the row is named and the exit code says so", async () => {
    const text = readFileSync(file, "utf8");
    const id = /^R\t\["event", "([0-9a-f-]+)", "invoice/m.exec(text)?.[1] ?? "";
    const bent = path.join(folder, "bent.tsv");
    const lines = text.trimEnd().split("\n");
    const changed = lines.map((line) =>
      line.includes(id) ? line.replace('"invoice.finalized", 1', '"invoice.finalized", 2') : line,
    );
    await callersFiles.write(
      bent,
      (async function* () {
        yield* changed;
      })(),
    );
    const { code, out } = await run(["audit", "verify", "--offline", bent]);
    expect(code).toBe(3);
    expect(out).toContain("VIOLATED Chain: 1");
    expect(out).toMatch(new RegExp(`changed row of event: block \\d+: .*\\[${id}\\]`));
  });

  test("given another root than was kept, then the block is named", async () => {
    const other = `${root.split(":")[0]}:${"0".repeat(64)}`;
    const { code, out } = await run(["audit", "verify", "--offline", file, "--root", other]);
    expect(code).toBe(3);
    expect(out).toContain("another block than was exported");
    expect((await run(["audit", "verify", "--offline", file, "--root", "x"])).code).toBe(2);
  });

  test("given no file, or one of something else, then it says so and is no pass", async () => {
    const absent = path.join(folder, "absent.tsv");
    expect(await run(["audit", "verify", "--offline", absent])).toMatchObject({ code: 1 });
    const other = await run(["audit", "verify", "--offline", "package.json"]);
    expect(other).toMatchObject({ code: 1 });
    expect(other.err).toContain("E_OPERATIONS_EVIDENCE_FILE");
  });

  test("given an export that fails half-way, then the file before it is kept whole", async () => {
    const before = readFileSync(file);
    const failing = (async function* () {
      yield "H";
      throw new Error("the ledger went away");
    })();
    await expect(callersFiles.write(file, failing)).rejects.toThrow("went away");
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("given a place without files of the caller's, then no path is opened", async () => {
    const none = { ...withoutLedger(), surroundings: {} };
    const { code, err } = await run(["audit", "export", "--out", path.join(folder, "x")], none);
    expect(code).toBe(1);
    expect(err).toContain("E_OPERATIONS_NO_FILES");
  });
});
