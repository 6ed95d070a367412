import { defineErrors } from "../../kernel/errors.ts";

export const backupErrors = defineErrors({
  E_BACKUP_FOLDER: {
    message: "{folder} exists and is not empty; a backup needs a folder of its own.",
    class: "reject",
  },
  E_BACKUP_SERVER: {
    message: "The ledger cannot be copied as it runs: {reason}",
    class: "reject",
  },
  E_BACKUP_MANIFEST: {
    message: "{folder} holds no complete backup: {reason}",
    class: "reject",
  },
  E_BACKUP_DAMAGED: {
    message: "The backup {folder} is not what it was: {problems}",
    class: "reject",
  },
  E_RESTORE_NOT_EMPTY: {
    message:
      "{dataDir} is not empty. A restore goes into a data folder of its own: --data <folder>.",
    class: "reject",
  },
  E_RESTORE_ORIGINAL: {
    message: "--retire {dataDir}: there is no such folder. Nothing was restored.",
    class: "reject",
  },
  E_RESTORE_MAJOR: {
    message: "The backup was made by PostgreSQL {found}; this program brings PostgreSQL {wanted}.",
    class: "reject",
  },
  E_RESTORE_MOMENT: {
    message: "The ledger cannot be brought to {to}: {reason}",
    class: "reject",
  },
  E_RESTORE_RECOVERY: {
    message: "The copied ledger did not recover: {reason} The log is {logFile}.",
    class: "pause",
  },
});
