import { defineErrors } from "../kernel/errors.ts";

export const intakeErrors = defineErrors({
  E_INTAKE_BUSY: {
    message: "Too much is waiting to be stored; nothing of this request was kept. Send it again.",
    class: "retry-after",
  },
  E_INTAKE_NO_ROOM: {
    message:
      "The ledger has too little room left ({why}); nothing of this request was kept. Send it again in {seconds} seconds.",
    class: "retry-after",
  },
  E_INTAKE_STOPPED: {
    message: "This hub is shutting down; nothing of this request was kept. Send it again.",
    class: "retry-after",
  },
  E_INTAKE_UNREADABLE: {
    message: "The body cannot be read: {reason}",
    class: "reject",
  },
  E_INTAKE_CONTRACT: {
    message: "{type} does not keep its contract: {problems}",
    class: "reject",
  },
  E_INTAKE_CONTENT_CONFLICT: {
    message: "{factId} arrived again with other content.",
    class: "pause",
  },
  E_INTAKE_TRANSLATOR_FAILED: {
    message: "The translator of {kind} failed: {reason}",
    class: "bug",
  },
  E_INTAKE_ROUTING_FAILED: {
    message: "What follows from {kind} could not be worked out: {reason}",
    class: "bug",
  },
});
