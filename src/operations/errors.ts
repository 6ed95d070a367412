import { defineErrors } from "../kernel/errors.ts";

export const operationsErrors = defineErrors({
  E_OPERATIONS_INPUT: {
    message: "The input of {operation} is not understood: {problems}",
    class: "reject",
  },
  E_OPERATIONS_NOT_FOUND: {
    message: 'Nothing here is known by "{text}".',
    class: "reject",
  },
  E_OPERATIONS_NOTHING_TO_REPAIR: {
    message: "There is no open exception by {what}.",
    class: "reject",
  },
  E_OPERATIONS_IN_DOUBT: {
    message:
      "{handoff} may have taken effect in {target} under reference {reference}, so it cannot be excluded. Retry it first: the target is asked what it holds.",
    class: "pause",
  },
  E_OPERATIONS_APPROVAL_NEEDED: {
    message: "{operation} needs two people: {lacks}",
    class: "pause",
  },
  E_OPERATIONS_PROPOSAL_CHANGED: {
    message:
      "What {proposal} is about is not what it was when it was shown. Look again and propose it anew.",
    class: "pause",
  },
  E_OPERATIONS_NEED_EXCLUDED: {
    message:
      "It needs {need} in {target}, which two people excluded. Exclude it too, or repair what it needs and retry both.",
    class: "pause",
  },
  E_OPERATIONS_EXCLUSION_EXPIRED: {
    message:
      "The time for which two people excluded this is over. Retry it, or exclude it again for longer.",
    class: "pause",
  },
  E_OPERATIONS_RETENTION: {
    message: "The configuration's retention is not understood: {why}; {fewest} months at least.",
    class: "reject",
  },
  E_OPERATIONS_PLAN_CHANGED: {
    message: "This is not what {operation} shows now. Look at it again.",
    class: "pause",
  },
  E_OPERATIONS_NOT_WATCHED: {
    message: "{target} cannot be observed: its connector or its settings do not offer it.",
    class: "reject",
  },
  E_OPERATIONS_EVIDENCE_FILE: {
    message: "This is not a file that tieout audit export wrote.",
    class: "reject",
  },
  E_OPERATIONS_NO_FILES: {
    message: "{operation} reads or writes a file, which only the command line can.",
    class: "reject",
  },
  E_OPERATIONS_PARTY_UNSETTLED: {
    message:
      "{party} has {count} handoffs that are not settled: {example}. Repair or exclude them first; what is still to be sent needs its data.",
    class: "pause",
  },
  E_OPERATIONS_STATE: {
    message: "{subject} is {state}; {operation} does not apply to it.",
    class: "reject",
  },
  E_OPERATIONS_ORIGINAL_UNCONFIRMED: {
    message:
      "This ledger was restored. Make sure that the one it is a copy of does not run, then say so: --confirm-original-is-dead.",
    class: "pause",
  },
  E_OPERATIONS_NOT_SWEPT: {
    message: "Not read to its end since the restore: {streams}. A running hub does it by itself.",
    class: "pause",
  },
  E_OPERATIONS_NOT_MARKED: {
    message: "The ledger's mark in {target} could not be read or written: {reason}",
    class: "retry",
  },
  E_OPERATIONS_TAKEN: {
    message: "The {what} is taken.",
    class: "reject",
  },
  E_OPERATIONS_LAST_ADMIN: {
    message: "{name} is the last administrator who can sign in; give somebody else the role first.",
    class: "pause",
  },
  E_OPERATIONS_NO_PASSWORD: {
    message: "{name} has no account with a password by that name, or several; name its login.",
    class: "reject",
  },
  E_OPERATIONS_DUTY_CONFLICT: {
    message: "{name} would hold duties that watch each other with {role} ({detail}). State why.",
    class: "pause",
  },
  E_OPERATIONS_WHOSE: {
    message: "Say whose {operation} it is: nobody is signed in here.",
    class: "reject",
  },
  E_OPERATIONS_REFERENCE: {
    message: "{object} cannot be chosen for {exception}: {why}.",
    class: "reject",
  },
  E_OPERATIONS_ASSIGNEE: {
    message: "{name} may not see {exception}; give it to somebody whose role reaches it.",
    class: "reject",
  },
  E_OPERATIONS_TOKEN_BY_TOKEN: {
    message: "A token cannot make a token; sign in for that.",
    class: "reject",
  },
  E_OPERATIONS_TOKEN_TOO_WIDE: {
    message: '{name} does not hold "{permission}" and cannot give it to a token.',
    class: "reject",
  },
});
