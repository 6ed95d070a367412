/** A lack, thrown inside `prepare` and caught at its rim; nothing else ever sees it. */
import type { ErrorDetails, TieoutError } from "../../kernel/errors.ts";
import { isTieoutError } from "../../kernel/errors.ts";
import type { Lack, Preparation, PreparedCall } from "./target.ts";

export class LackError extends Error {
  readonly lack: Lack;

  constructor(lack: Lack) {
    super(lack.message);
    this.name = "LackError";
    this.lack = lack;
  }
}

type Factories<Code extends string> = Readonly<
  Record<Code, (details: ErrorDetails) => TieoutError>
>;

/**
 * A connector's own lacks, from its registry of errors. `cause` groups the cases that one remedy
 * mends: `currency KWD`, `item prod_1`.
 */
export function lackingOf<Code extends string>(errors: Factories<Code>) {
  return (code: Code, cause: string, details: ErrorDetails): LackError =>
    new LackError({ code, cause, message: errors[code](details).message });
}

/** The rim: what `make` lacks is told, not thrown. Else what it throws is a defect, and flies. */
export function prepareOrLack(make: () => PreparedCall): Preparation {
  try {
    return { ok: true, call: make() };
  } catch (thrown) {
    if (thrown instanceof LackError) return { ok: false, lack: thrown.lack };
    // The kernel's own refusals: a zone or an amount that the contract's pattern lets through.
    if (isTieoutError(thrown) && thrown.class === "reject") {
      const { code, message } = thrown;
      return { ok: false, lack: { code, cause: code, message } };
    }
    throw thrown;
  }
}
