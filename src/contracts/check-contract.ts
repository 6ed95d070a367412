import { TieoutError } from "../kernel/errors.ts";
import type { Result } from "../kernel/result.ts";
import { err, ok } from "../kernel/result.ts";
import type { Contract, Problem } from "./contract.ts";
import type { ProblemCode } from "./problem.ts";
import { problem } from "./problem.ts";
import { contractFor, isReservedType } from "./registry.ts";

const MOST_PROBLEMS = 20;
const fine = ok(undefined);

/**
 * Checks the data of an event against the newest contract of its type: first the shape, then the
 * arithmetic. Never throws for wrong data; at most 20 problems are told. Schemas are built once,
 * when this module loads.
 */
export function checkContract(type: string, data: unknown): Result<void, Problem[]> {
  const contract = contractFor(type);
  if (contract === undefined) {
    const code: ProblemCode = isReservedType(type)
      ? "E_CONTRACT_TYPE_RESERVED"
      : "E_CONTRACT_TYPE_UNKNOWN";
    return err([problem(code, "", { type })]);
  }
  return checkAgainst(contract, data);
}

/** Checks data against one contract, whatever its version. */
export function checkAgainst(contract: Contract, data: unknown): Result<void, Problem[]> {
  if (!contract.accepts(data)) {
    const wrong = shapeProblems(contract, data);
    if (wrong.length > 0) return err(wrong);
  }
  const problems = runCheck(contract, data);
  return problems.length === 0 ? fine : err(problems.slice(0, MOST_PROBLEMS));
}

/** What the schema has against the data; none where it takes them after all. */
function shapeProblems(contract: Contract, data: unknown): Problem[] {
  const parsed = contract.schema.safeParse(data);
  if (parsed.success) return [];
  return parsed.error.issues.slice(0, MOST_PROBLEMS).map((issue) => {
    const path = issue.path.map(String).join(".");
    const shown = path === "" ? contract.type : path;
    return problem("E_CONTRACT_SHAPE", path, { path: shown, problem: issue.message });
  });
}

function runCheck(contract: Contract, data: unknown): Problem[] {
  try {
    return contract.check(data);
  } catch (thrown) {
    if (!(thrown instanceof TieoutError)) throw thrown;
    return [{ code: thrown.code, path: "", message: thrown.message }];
  }
}
