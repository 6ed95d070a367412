import { defineErrors } from "../../kernel/errors.ts";

export const embeddedErrors = defineErrors({
  E_EMBEDDED_PLATFORM: {
    message: "No packaged {name} for {platform}: the package {package} is not installed.",
    class: "reject",
  },
  E_EMBEDDED_IDENTITY: {
    message: "PostgreSQL refuses to run as this user, and no other way works here: {tried}.",
    class: "reject",
  },
  E_EMBEDDED_MAJOR: {
    message: "{folder} belongs to PostgreSQL {found}; this program brings PostgreSQL {wanted}.",
    class: "pause",
  },
  E_EMBEDDED_RETIRED: {
    message: "{dataDir} was retired at {at}: {reason}. Its ledger lives on elsewhere.",
    class: "pause",
  },
  E_EMBEDDED_RESTORING: {
    message: "A restore into {dataDir} was not finished. Run it again; it begins anew.",
    class: "pause",
  },
  E_EMBEDDED_IN_USE: {
    message: "{name} already runs on {dataDir} as process {pid}, started by process {owner}.",
    class: "reject",
  },
  E_EMBEDDED_PORTS: {
    message: "No free port found for {name} from {port} upwards.",
    class: "retry",
  },
  E_EMBEDDED_INIT: {
    message: "The data folder {folder} could not be prepared: {reason}",
    class: "pause",
  },
  E_EMBEDDED_START: {
    message: "{name} did not start: {reason} Its log is {logFile}.",
    class: "retry",
  },
  E_EMBEDDED_STOP: {
    message: "{name} (process {pid}) is still there after SIGKILL.",
    class: "pause",
  },
});
