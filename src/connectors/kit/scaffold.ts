/**
 * A new connector from the template: a target that takes one call an item, its stand-in, its pages
 * and its conformance test, which is red where only the author can decide.
 *
 * template   the connector of an invented system, New System, in `fixtures/connector-template`
 * name       the new system's folder name, kebab-case: `acme`, `sap-s4`
 * wiring     what is to be added to files that exist, where, and in which words
 */
import type { Result } from "../../kernel/result.ts";
import { err, ok } from "../../kernel/result.ts";

export interface ScaffoldFile {
  /** Relative to the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Wiring {
  readonly path: string;
  /** A text that stands once in the file; `lines` come after it. */
  readonly after: string;
  readonly lines: readonly string[];
}

export interface Scaffold {
  readonly files: readonly ScaffoldFile[];
  readonly wiring: readonly Wiring[];
  /** The conformance test among the files. */
  readonly test: string;
}

const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_NAME = 24;
/** `kit` is ours, `new-system` the template's; the rest says nothing (test/tidy/names.ts). */
const NOT_NAMES = new Set(
  "kit new-system common core helper helpers lib libs misc shared util utils".split(" "),
);

/** Why a name cannot be a connector's; undefined when it can. */
export function nameFault(name: string): string | undefined {
  if (NOT_NAMES.has(name)) return `"${name}" is no system's name`;
  if (name.length > LONGEST_NAME) return `"${name}" is longer than ${LONGEST_NAME} characters`;
  if (KEBAB.test(name)) return undefined;
  return `"${name}" is not kebab-case: small letters, digits and single hyphens, a letter first`;
}

/** The files of a new connector. Pure; refuses a bad name and an empty template with the reason. */
export function scaffoldConnector(request: {
  readonly name: string;
  readonly template: readonly ScaffoldFile[];
}): Result<Scaffold, string> {
  const { name, template } = request;
  const fault = nameFault(name);
  if (fault !== undefined) return err(fault);
  const rename = renamer(name);
  const test = rename("test/connectors/new-system-conformance.test.ts");
  const files = template.map(({ path, text }) => ({ path: rename(path), text: rename(text) }));
  if (!files.some((file) => file.path === test)) return err("the connector template is not there");
  return ok({ files, wiring: WIRING.map((one) => renamedWiring(one, rename)), test });
}

/** Every writing of the template's name, replaced by the same writing of the new one. */
function renamer(name: string): (text: string) => string {
  const words = name.split("-");
  const capital = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  const [first = "", ...rest] = words;
  const forms: readonly (readonly [string, string])[] = [
    ["NEW_SYSTEM", words.join("_").toUpperCase()],
    ["NewSystem", capital.join("")],
    ["newSystem", first + capital.slice(capital.length - rest.length).join("")],
    ["new-system", name],
    ["New System", capital.join(" ")],
  ];
  return (text) => forms.reduce((whole, [from, to]) => whole.replaceAll(from, to), text);
}

function renamedWiring(one: Wiring, rename: (text: string) => string): Wiring {
  return { ...one, lines: one.lines.map(rename) };
}

const CONFIG = "src/app/config.ts";

const WIRING: readonly Wiring[] = [
  {
    path: CONFIG,
    after: 'import { warehouseTarget } from "../connectors/warehouse/warehouse-target.ts";',
    lines: [
      'import type { NewSystemSettingsInput } from "../connectors/new-system/settings.ts";',
      'import { newSystemTarget } from "../connectors/new-system/target.ts";',
    ],
  },
  {
    path: CONFIG,
    after: "export type TargetSetting =",
    lines: [
      "  | {",
      '      readonly system: "new-system";',
      "      readonly budget: string;",
      "      readonly settings: NewSystemSettingsInput;",
      "    }",
    ],
  },
  {
    path: CONFIG,
    after:
      "function openTarget(one: TargetSetting, onIdleError: (cause: Error) => void): TargetConnection {",
    lines: [
      '  if (one.system === "new-system") return newSystemTarget(one.settings, surroundings);',
    ],
  },
  {
    // Until src/app/sandbox-process.ts starts the stand-in, only tests load it.
    path: "test/tidy/layers.ts",
    after: "notLoadedByTheBinary: readonly { readonly path: string; readonly why: string }[] = [",
    lines: [
      "  {",
      '    path: "src/sandbox/new-system/sandbox.ts",',
      '    why: "the stand-in serves the connector\'s tests; the demo company has no New System",',
      "  },",
    ],
  },
];
