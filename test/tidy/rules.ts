import { bannedRules } from "./banned.ts";
import { consoleRules } from "./console.ts";
import { errorRules } from "./error-pages.ts";
import { graphRules } from "./graph.ts";
import { importRules } from "./imports.ts";
import { migrationRules } from "./migrations.ts";
import { nameRules } from "./names.ts";
import { sizeRules } from "./size.ts";
import type { Rule } from "./source.ts";
import { systemRules } from "./systems.ts";
import { wordingRules } from "./wording.ts";

/** The whole law, in the order in which it is reported. */
export const rules: readonly Rule[] = [
  ...importRules,
  ...graphRules,
  ...sizeRules,
  ...nameRules,
  ...bannedRules,
  ...consoleRules,
  ...systemRules,
  ...wordingRules,
  ...errorRules,
  ...migrationRules,
];
