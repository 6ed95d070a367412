import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scaffoldConnector } from "../../src/connectors/kit/scaffold.ts";
import { newConnectorCommand } from "../../src/connectors/kit/scaffold-command.ts";
import type { RepositoryFolder } from "../../src/connectors/kit/scaffold-folder.ts";
import { repositoryFolder } from "../../src/connectors/kit/scaffold-folder.ts";
import { readTree, show } from "../tidy/source.ts";
import type { Room } from "./scaffold-room.ts";
import { applyPage, openRoom, wire } from "./scaffold-room.ts";

const TEST = "test/connectors/acme-conformance.test.ts";
const GUIDE = "docs/connectors/README.md";
const LONG = 120_000;

let room: Room;
let folder: RepositoryFolder;
let written: readonly string[];

/** The sources that must compile: the new connectors', and the place that opens them. */
const sources = () => [...written.filter((path) => path.endsWith(".ts")), "src/app/config.ts"];

async function scaffoldInto(name: string): Promise<readonly string[]> {
  const template = await folder.files("fixtures/connector-template");
  const made = scaffoldConnector({ name, template });
  if (!made.ok) throw new Error(made.error);
  const result = await newConnectorCommand.run(folder, name);
  expect([result.ok, result.files]).toEqual([true, made.value.files.map((file) => file.path)]);
  for (const { path, lines } of made.value.wiring) {
    expect(result.text).toContain(path);
    for (const line of lines) expect(result.text).toContain(line);
  }
  wire(room, made.value.wiring);
  return result.files;
}

beforeAll(async () => {
  room = openRoom();
  folder = repositoryFolder(room.root);
  written = [...(await scaffoldInto("acme")), ...(await scaffoldInto("sap-s4"))];
}, LONG);

afterAll(() => room.close());

describe("a new connector, as it is written", () => {
  it("has every part of a connector and nothing of the template's name", () => {
    const parts = "README.md classify.ts client.ts errors.ts operations.ts prepare.ts probe.ts";
    for (const part of [...parts.split(" "), "settings.ts", "target.ts"])
      expect(written).toContain(`src/connectors/acme/${part}`);
    expect(written).toEqual(
      expect.arrayContaining([
        "src/sandbox/acme/sandbox.ts",
        "src/sandbox/acme/README.md",
        "docs/connectors/acme.md",
        "docs/errors/connectors-acme.md",
        TEST,
      ]),
    );
    for (const path of written) expect(`${path} ${room.read(path)}`).not.toMatch(/new.?system/i);
    expect(room.read("src/connectors/sap-s4/target.ts")).toContain("function sapS4Target(");
    expect(room.read("src/connectors/sap-s4/errors.ts")).toContain("E_SAP_S4_NOT_SENT: {");
  });

  it("compiles, opened by the app, under the strict settings", { timeout: LONG }, () => {
    expect(room.compile(sources())).toEqual([]);
  });

  it("keeps the linter's rules once it is formatted", { timeout: LONG }, async () => {
    expect(await room.lint(sources())).toBe("");
  });
});

describe("a new connector, red to green", () => {
  it("is red exactly where its author decides", { timeout: LONG }, async () => {
    const { passed, failed } = await room.run(TEST);
    expect([...new Set(failed)].sort()).toEqual([
      "a 5xx follows the commit: unknown, and the probe finds what we meant, once",
      "a call whose time to start has passed is not sent",
      "a difference is named: name",
      "a probe that comes too late asks nothing, and says nothing",
      "absent before, done once, found equal; the same bytes again are still one",
      "customer: the same event makes the same bytes, without a secret",
      "each duration is decided, with its evidence",
      "each refusal of the stand-in has an answer here",
      "lack: name",
      "the answer is lost: unknown, and the probe finds what we meant, once",
      "what was written is listed, with its reference",
    ]);
    expect(passed).toContain("lack: legal entity");
    expect(passed).toContain("unknown for every operation: a refusal under 200");
  });

  it("is green after the steps of the guide, and still compiles", { timeout: LONG }, async () => {
    const edited = applyPage(room, room.read(GUIDE));
    expect(edited.length).toBe(7);
    const { passed, failed } = await room.run(TEST);
    expect(failed).toEqual([]);
    expect(passed).toContain("answer: more calls at once than seats");
    expect(room.compile(sources().filter((path) => !path.includes("sap-s4")))).toEqual([]);
  });

  it("keeps the law of the repository", { timeout: LONG }, async () => {
    const { rules } = await room.law();
    const tree = readTree(room.root);
    const about = rules
      .flatMap((rule) => rule.check(tree).map((violation) => show(rule.name, violation)))
      .filter((line) => /acme|sap.?s4/i.test(line));
    expect(about).toEqual([]);
  });
});

describe("the command refuses, and writes nothing", () => {
  it("a connector that is there", async () => {
    const before = room.read("src/connectors/acme/prepare.ts");
    const { ok, text } = await newConnectorCommand.run(folder, "acme");
    expect([ok, text]).toEqual([
      false,
      "No connector was made: src/connectors/acme exists; nothing was overwritten.\n",
    ]);
    expect(room.read("src/connectors/acme/prepare.ts")).toBe(before);
  });

  it.each([
    "Acme",
    "acme_books",
    "9acme",
    "-acme",
    "acme-",
    "../acme",
    "",
    "kit",
    "utils",
    "a".repeat(25),
  ])("the name %j", async (name) => {
    const { ok, files, text } = await newConnectorCommand.run(folder, name);
    expect([ok, files]).toEqual([false, []]);
    expect(text).toMatch(/^No connector was made: ".*" is /);
  });

  it("a folder that is not the repository", async () => {
    const elsewhere = repositoryFolder(join(room.root, "docs"));
    const { ok, text } = await newConnectorCommand.run(elsewhere, "other");
    expect([ok, text]).toEqual([
      false,
      "No connector was made: fixtures/connector-template is not here; run this in the root of the repository.\n",
    ]);
    expect(existsSync(join(room.root, "docs/src"))).toBe(false);
  });
});
