import { defineErrors } from "../../kernel/errors.ts";

export const sandboxKitErrors = defineErrors({
  E_SANDBOX_JOURNAL_CORRUPT: {
    message: "Line {line} of the sandbox journal {file} is not a journal entry.",
    class: "pause",
  },
  E_SANDBOX_PORT_TAKEN: {
    message: "The sandbox {name} cannot listen on {host}:{port}: the port is taken.",
    class: "pause",
  },
  E_SANDBOX_BODY_TOO_LARGE: {
    message: "The request body is larger than {limit} bytes.",
    class: "reject",
  },
});
