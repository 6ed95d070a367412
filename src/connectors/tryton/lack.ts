/** A lack, thrown inside `prepare` and caught at its rim; nothing else ever sees it. */
import type { ErrorDetails } from "../../kernel/errors.ts";
import type { Lack } from "../kit/target.ts";
import type { TrytonCode } from "./errors.ts";
import { trytonErrors } from "./errors.ts";

export class TrytonLack extends Error {
  readonly lack: Lack;

  constructor(lack: Lack) {
    super(lack.message);
    this.name = "TrytonLack";
    this.lack = lack;
  }
}

/** `cause` groups the cases that one remedy mends: `currency KWD`, `product prod_1`. */
export function lacking(code: TrytonCode, cause: string, details: ErrorDetails): TrytonLack {
  const { message } = trytonErrors[code](details);
  return new TrytonLack({ code, cause, message });
}
