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
  E_OPERATIONS_STATE: {
    message: "{subject} is {state}; {operation} does not apply to it.",
    class: "reject",
  },
});
