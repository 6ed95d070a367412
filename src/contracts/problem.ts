import type { ErrorDetails } from "../kernel/errors.ts";
import type { Problem } from "./contract.ts";
import { contractsErrors } from "./errors.ts";

export type ProblemCode = keyof typeof contractsErrors;

/** A finding in the data of an event, worded by the error registry. */
export function problem(code: ProblemCode, path: string, details: ErrorDetails): Problem {
  return { code, path, message: contractsErrors[code](details).message };
}
