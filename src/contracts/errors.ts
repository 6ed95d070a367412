import { defineErrors } from "../kernel/errors.ts";

/** What can be wrong with the data of an event, and with the contracts themselves. */
export const contractsErrors = defineErrors({
  E_CONTRACT_TYPE_UNKNOWN: {
    message: '"{type}" is not a canonical event type.',
    class: "bug",
  },
  E_CONTRACT_TYPE_RESERVED: {
    message: '"{type}" is reserved for later; no contract says yet what it carries.',
    class: "bug",
  },
  E_CONTRACT_VERSION_UNKNOWN: {
    message: 'Version {version} of "{type}" is not known here; a newer program wrote it.',
    class: "pause",
  },
  E_CONTRACT_UPCAST_MISSING: {
    message: '"{type}" has no way from version {from} to version {to}.',
    class: "bug",
  },
  E_CONTRACT_SHAPE: {
    message: "{path}: {problem}",
    class: "reject",
  },
  E_CONTRACT_CURRENCY_MIXED: {
    message: "{path} is in {found}, the document in {expected}.",
    class: "reject",
  },
  E_CONTRACT_LINE_NET: {
    message:
      "Line {line}: {amount} less allowances {allowances} and inclusive tax {tax} is {expected}, " +
      "not {found}.",
    class: "reject",
  },
  E_CONTRACT_LINES_TIE: {
    message: "Lines − allowances + charges make {expected}, the document says net {found}.",
    class: "reject",
  },
  E_CONTRACT_TAX_TIES: {
    message: "The tax breakdown adds up to {expected}, the document says tax {found}.",
    class: "reject",
  },
  E_CONTRACT_GROSS_TIES: {
    message: "Net and tax make {expected}, the document says gross {found}.",
    class: "reject",
  },
  E_CONTRACT_DUE_TIES: {
    message: "Gross − paid + rounding make {expected}, the document says due {found}.",
    class: "reject",
  },
  E_CONTRACT_SETTLEMENTS_TIE: {
    message: "The settlements add up to {expected}, the document says {found}.",
    class: "reject",
  },
  E_CONTRACT_SIGN: {
    message: "{path} is {found}: {rule}.",
    class: "reject",
  },
  E_CONTRACT_PERIOD_REVERSED: {
    message: "{path} ends on {end}, before it starts on {start}.",
    class: "reject",
  },
});
