import { defineErrors } from "../kernel/errors.ts";

export const httpErrors = defineErrors({
  E_HTTP_INTERNAL: {
    message: "Something failed inside; the log has the reason.",
    class: "bug",
  },
  E_HTTP_CONNECTION_UNKNOWN: {
    message: 'There is no source connection "{connection}" here.',
    class: "reject",
  },
  E_HTTP_ENCODING: {
    message: "A compressed body is not accepted: signatures are over the bytes as sent.",
    class: "reject",
  },
  E_HTTP_TOO_LARGE: {
    message: "The body is larger than the {limit} bytes this connection accepts.",
    class: "reject",
  },
});
