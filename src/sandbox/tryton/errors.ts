import { defineErrors } from "../../kernel/errors.ts";

export const trytonErrors = defineErrors({
  E_TRYTON_ABSENT: {
    message: "Tryton cannot be used here: {reason} Run as root on Debian 12: {command}",
    class: "pause",
  },
  E_TRYTON_INSTALL: {
    message: "`{command}` ended with {status}: {said}",
    class: "pause",
  },
  E_TRYTON_DATABASE: {
    message: "The database {database} could not be prepared: {reason}",
    class: "pause",
  },
  E_TRYTON_START: {
    message: "The Tryton server in {folder} did not start: {reason}",
    class: "pause",
  },
  E_TRYTON_IN_USE: {
    message:
      "The Tryton server in {folder} already runs (process {pid}); it was started elsewhere.",
    class: "reject",
  },
  E_TRYTON_CALL: {
    message: "Tryton refused {method}: {status} {name} {text}",
    class: "reject",
  },
  E_TRYTON_RECORD_MISSING: {
    message: "Tryton has no {model} with {wanted}.",
    class: "reject",
  },
});
