import { defineErrors } from "../kernel/errors.ts";

export const accountingErrors = defineErrors({
  E_ACCOUNTING_UNBALANCED: {
    message:
      "The entry for {document} by the rule {rule} does not balance: {left} against {right}.",
    class: "bug",
  },
  E_ACCOUNTING_BALANCES_MALFORMED: {
    message: 'Not a line of balances: "{line}".',
    class: "bug",
  },
});
