import { defineErrors } from "../kernel/errors.ts";

export const httpErrors = defineErrors({
  E_HTTP_CONSOLE_MISSING: {
    message:
      "The console's pages are not built here. Run npm ci with the development dependencies, or npm run build:console, and start the hub again; the API is at /api/docs.",
    class: "reject",
  },
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
  E_HTTP_BODIES: {
    message: "Too many bytes are under way; nothing of this request was read. Send it again.",
    class: "retry-after",
  },
  E_HTTP_ROUTE_UNKNOWN: {
    message: "There is no such address in this API; /api/docs lists them.",
    class: "reject",
  },
  E_HTTP_BODY: {
    message: "The request is not understood: {problems}.",
    class: "reject",
  },
  E_HTTP_KEY_MALFORMED: {
    message: "An Idempotency-Key has 1 to 200 visible ASCII characters.",
    class: "reject",
  },
  E_HTTP_KEY_REUSED: {
    message: "This Idempotency-Key was used for another request; take a new one.",
    class: "reject",
  },
  E_HTTP_KEY_UNDER_WAY: {
    message: "The request with this Idempotency-Key is still under way; ask again in a moment.",
    class: "pause",
  },
});
