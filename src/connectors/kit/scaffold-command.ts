/** `tieout connector new <name>`: what the command is called, does and says. */

import type { Scaffold } from "./scaffold.ts";
import { scaffoldConnector } from "./scaffold.ts";
import type { RepositoryFolder } from "./scaffold-folder.ts";

const TEMPLATE = "fixtures/connector-template";

export interface NewConnectorResult {
  /** False: refused, and nothing was written. */
  readonly ok: boolean;
  /** What to print: the files and the next steps, or the reason. Ends with a line break. */
  readonly text: string;
  /** Paths written. */
  readonly files: readonly string[];
}

export const newConnectorCommand = {
  path: ["connector", "new"],
  positional: "name",
  summary: "Writes a new target connector with its stand-in, pages and conformance test",
  examples: ["tieout connector new acme"],
  run: writeConnector,
} as const;

async function writeConnector(folder: RepositoryFolder, name: string): Promise<NewConnectorResult> {
  const template = await folder.files(TEMPLATE);
  if (template.length === 0) {
    return refused(`${TEMPLATE} is not here; run this in the root of the repository`);
  }
  const scaffold = scaffoldConnector({ name, template });
  if (!scaffold.ok) return refused(scaffold.error);
  const { files } = scaffold.value;
  const places = [`src/connectors/${name}`, `src/sandbox/${name}`, ...files.map((one) => one.path)];
  for (const place of places) {
    if (await folder.exists(place)) return refused(`${place} exists; nothing was overwritten`);
  }
  for (const file of files) await folder.write(file);
  return { ok: true, text: report(scaffold.value), files: files.map((one) => one.path) };
}

function refused(reason: string): NewConnectorResult {
  return { ok: false, text: `No connector was made: ${reason}.\n`, files: [] };
}

function report({ files, wiring, test }: Scaffold): string {
  return [
    "Written:",
    ...files.map((file) => `  ${file.path}`),
    "",
    "Next:",
    "  1. npm run format",
    `  2. npx vitest run ${test}`,
    "     It is red where you decide: docs/connectors/README.md goes through it, red to green.",
    "  3. Add to the files that exist:",
    ...wiring.flatMap(({ path, after, lines }) => [
      "",
      `     ${path}, after \`${after}\``,
      ...lines.map((line) => `       ${line}`),
    ]),
    "",
    "  4. The checklist of a connector in CONTRIBUTING.md; npm run verify.",
    "",
  ].join("\n");
}
