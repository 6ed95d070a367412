import { spawnSync } from "node:child_process";
import { z } from "zod";

/** Modules the sandbox activates, as Tryton names them; the rest come as their dependencies. */
export const TRYTON_MODULES = [
  "account_invoice",
  "account_payment",
  "account_payment_clearing",
  "account_product",
  "account_invoice_correction",
  "account_statement",
  "sale",
] as const;

/** Debian packages that bring the server, its modules and its PostgreSQL driver. */
export const TRYTON_PACKAGES = [
  "tryton-server",
  ...TRYTON_MODULES.map((name) => `tryton-modules-${name.replaceAll("_", "-")}`),
  "python3-psycopg2",
] as const;

/** Programs are looked for where Debian puts them: a virtual environment of the caller is none. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
export const PYTHON = "/usr/bin/python3";

export interface FoundTryton {
  /** `6.0.29`. */
  readonly version: string;
  /** Modules of TRYTON_MODULES that are not installed. */
  readonly missingModules: readonly string[];
  /** True when Python can speak to PostgreSQL. */
  readonly postgresDriver: boolean;
  /** True when nothing is missing. What was measured in this repository was measured on 6.0. */
  readonly complete: boolean;
}

const ASK = `
import importlib.util, json, trytond
from trytond.modules import get_module_list
print(json.dumps({"version": trytond.__version__, "modules": get_module_list(),
  "driver": importlib.util.find_spec("psycopg2") is not None}))
`;
const answerSchema = z.object({
  version: z.string(),
  modules: z.array(z.string()),
  driver: z.boolean(),
});

/** What is installed on this machine; undefined when there is no Tryton server at all. */
export function findTryton(): FoundTryton | undefined {
  const env = { PATH: SYSTEM_PATH, LC_ALL: "C.UTF-8" };
  const asked = spawnSync(PYTHON, ["-I", "-c", ASK], { encoding: "utf8", env });
  if (asked.status !== 0) return undefined;
  const { version, modules, driver } = answerSchema.parse(JSON.parse(asked.stdout));
  const missingModules = TRYTON_MODULES.filter((name) => !modules.includes(name));
  const complete = missingModules.length === 0 && driver;
  return { version, missingModules, postgresDriver: driver, complete };
}
