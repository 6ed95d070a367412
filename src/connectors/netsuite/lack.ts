/** A lack, thrown inside `prepare` and caught at its rim; nothing else ever sees it. */
import type { ErrorDetails } from "../../kernel/errors.ts";
import type { Lack } from "../kit/target.ts";
import type { NetSuiteCode } from "./errors.ts";
import { netsuiteErrors } from "./errors.ts";

export class NetSuiteLack extends Error {
  readonly lack: Lack;

  constructor(lack: Lack) {
    super(lack.message);
    this.name = "NetSuiteLack";
    this.lack = lack;
  }
}

/** `cause` groups the cases that one remedy mends: `currency KWD`, `item prod_1`. */
export function lacking(code: NetSuiteCode, cause: string, details: ErrorDetails): NetSuiteLack {
  const { message } = netsuiteErrors[code](details);
  return new NetSuiteLack({ code, cause, message });
}
