import { defineErrors } from "../../kernel/errors.ts";

export const supervisorErrors = defineErrors({
  E_SUPERVISOR_LOCKED: {
    message: "The data folder {dataDir} is in use by process {pid}.",
    class: "reject",
  },
  E_SUPERVISOR_CHILDREN: {
    message: "The children cannot be ordered: {reason}.",
    class: "bug",
  },
  E_SUPERVISOR_CHILD_UNKNOWN: {
    message: "There is no child called {name}.",
    class: "reject",
  },
  E_SUPERVISOR_CHILD_START: {
    message: "{name} did not start: {reason} Its log is {logFile}.",
    class: "retry",
  },
  E_SUPERVISOR_STOPPED: {
    message: "The supervisor is stopping; {name} will not become ready.",
    class: "reject",
  },
});
