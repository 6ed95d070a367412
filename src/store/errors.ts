import { defineErrors } from "../kernel/errors.ts";

export const storeErrors = defineErrors({
  E_STORE_MIGRATION_CHANGED: {
    message:
      "Migration {name} was changed after it had been applied to this ledger. Use the version of Tieout that applied it, or restore the file.",
    class: "pause",
  },
  E_STORE_SCHEMA_NEWER: {
    message:
      "This ledger was upgraded to {found} by a newer Tieout; this one knows up to {known}. Start the newer version.",
    class: "pause",
  },
  E_STORE_POSTGRES_TOO_OLD: {
    message: "PostgreSQL {found} is too old: the ledger needs 15 or newer.",
    class: "pause",
  },
  E_STORE_FENCE_LOST: {
    message: "Seat {seat} of budget {budget} was taken over by another holder.",
    class: "retry",
  },
  E_STORE_MONTH_IN_USE: {
    message: "{month} cannot be retired: {why}.",
    class: "pause",
  },
  E_STORE_MONTH_BUSY: {
    message: "{month} was not retired: its tables were in use. Nothing was changed; try again.",
    class: "retry",
  },
  E_STORE_MASTER_KEY: {
    message:
      "This ledger's keys are wrapped by master key {wanted}, and {found}. Bring that key back: without it nothing personal can be read.",
    class: "pause",
  },
  E_STORE_KEY_DESTROYED: {
    message: "The ledger's own key {owner} is destroyed; facts can no longer be recognised by it.",
    class: "pause",
  },
  E_STORE_BODY_CHANGED: {
    message: "The body of {row} is not the one that was ciphered: it was changed or damaged.",
    class: "pause",
  },
  E_STORE_API_ROLE: {
    message: "Requests of people are refused until the role tieout_api can be used. {remedy}",
    class: "pause",
  },
});
