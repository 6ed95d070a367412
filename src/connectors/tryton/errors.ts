/**
 * Every code this connector says: as a lack before a call, or as an outcome after one. The class
 * decides the outcome: `retry` and `retry-after` are later for the handoff or the connection,
 * `pause` is later for the whole connection, `reject` refuses, `bug` is unknown to us.
 */
import { defineErrors } from "../../kernel/errors.ts";

export const trytonErrors = defineErrors({
  // Lacks: found before anything is sent.
  E_TRYTON_OPERATION_UNKNOWN: {
    message: "Tryton is not asked to do {operation} by this connector.",
    class: "bug",
  },
  E_TRYTON_REQUEST_UNREADABLE: {
    message: "A stored request cannot be read as one of this connector's: {reason}.",
    class: "bug",
  },
  E_TRYTON_DATA_UNREADABLE: {
    message: "The event {event} cannot be read as {entity}: {reason}.",
    class: "reject",
  },
  E_TRYTON_REFERENCE_MALFORMED: {
    message: "{reference} is no reference for Tryton: letters and digits only.",
    class: "bug",
  },
  E_TRYTON_ENTITY_UNMAPPED: {
    message: "Legal entity {legalEntity} has no company: set entities.{legalEntity}.",
    class: "reject",
  },
  E_TRYTON_CURRENCY_UNMAPPED: {
    message: "Currency {currency} has no Tryton id: set currencies.{currency}.",
    class: "reject",
  },
  E_TRYTON_LINK_MISSING: {
    message: "The {role} {key} has no link to a Tryton record yet.",
    class: "reject",
  },
  E_TRYTON_REVENUE_UNMAPPED: {
    message: "{what} has no revenue account in legal entity {legalEntity}: set {setting}.",
    class: "reject",
  },
  E_TRYTON_ACCOUNT_UNMAPPED: {
    message: "Account {account} has no Tryton id in {legalEntity}: set {setting}.",
    class: "reject",
  },
  E_TRYTON_CLEARING_UNMAPPED: {
    message:
      "Money from {source} in {currency} has no clearing account in legal entity " +
      "{legalEntity}: set entities.{legalEntity}.clearingAccounts.{source}.{currency}.",
    class: "reject",
  },
  E_TRYTON_TAX_UNMAPPED: {
    message:
      "Tax {tax} has no account in legal entity {legalEntity}: set one of {candidates} in " +
      "entities.{legalEntity}.taxes.",
    class: "reject",
  },
  E_TRYTON_LINES_DO_NOT_TIE: {
    message: "The lines and their tax come to {lines}, the document says {document}.",
    class: "reject",
  },
  E_TRYTON_TAX_UNPLACED: {
    message: "The document bills {document} of tax, its lines carry {lines}.",
    class: "reject",
  },
  E_TRYTON_NEGATIVE_INVOICE: {
    message: "Invoice {number} is negative ({amount}): it is to be posted as a credit note.",
    class: "reject",
  },
  E_TRYTON_NEGATIVE_PAYMENT: {
    message: "{what} is {amount}: only sums above zero are booked.",
    class: "reject",
  },
  E_TRYTON_OVERALLOCATED: {
    message: "Payment {payment} is {amount} and its allocations come to {allocated}.",
    class: "reject",
  },
  E_TRYTON_VOID_COLLECTED: {
    message: "Invoice {number} is settled by {paid}; only an open invoice is voided.",
    class: "reject",
  },
  E_TRYTON_ZERO_DOCUMENT: {
    message: "Document {number} is zero, and policy.zeroDocuments says hold.",
    class: "reject",
  },
  E_TRYTON_UNBALANCED: {
    message: "The journal entry's debits are {debit}, its credits {credit}.",
    class: "reject",
  },
  // Found by looking, in the moment before something is created.
  E_TRYTON_CUSTOMER_INACTIVE: {
    message: "Customer {party} is inactive in Tryton.",
    class: "reject",
  },
  E_TRYTON_CUSTOMER_MISSING: {
    message: "Tryton has no customer {party} any more.",
    class: "reject",
  },
  E_TRYTON_ADDRESS_MISSING: {
    message: "Customer {party} has no address in Tryton, and an invoice needs one.",
    class: "reject",
  },
  E_TRYTON_PERIOD_CLOSED: {
    message: "Accounting period {period} is closed; {date} lies in it.",
    class: "reject",
  },
  E_TRYTON_PERIOD_MISSING: {
    message: "No accounting period of the company holds {date}.",
    class: "reject",
  },
  E_TRYTON_SEVERAL_RECORDS: {
    message: "Several records bear our reference: {ids}. Keep one, then retry.",
    class: "reject",
  },
  E_TRYTON_CANCELLED: {
    message: "Document {id} bears our reference and was cancelled in Tryton.",
    class: "reject",
  },
  E_TRYTON_DRAFT_DIFFERS: {
    message: "Draft {id} bears our reference and says something else: {fields}. Delete it, retry.",
    class: "reject",
  },
  E_TRYTON_NUMBER_TAKEN: {
    message: "Number {number} already stands on document {id}, which is not ours.",
    class: "reject",
  },
  E_TRYTON_APPLIED_OTHERWISE: {
    message: "The payment settles another amount of invoice {invoice} already.",
    class: "reject",
  },
  // Found when the document stands; told as a difference, never as a refusal.
  E_TRYTON_EXCHANGE_DIFFERENCE: {
    message:
      "the rate of {currency} moved, and at its own day's the credit note exceeds invoice " +
      "{invoice} by {excess} in the company's currency, so Tryton does not set it against that. " +
      "Reconcile the two there with an exchange entry, then retry",
    class: "reject",
  },
  // Outcomes: what an answer means.
  E_TRYTON_NOT_SENT: { message: "Not sent to Tryton: {reason}.", class: "retry" },
  E_TRYTON_NO_ANSWER: { message: "Tryton did not answer completely: {reason}.", class: "bug" },
  E_TRYTON_SERVER_ERROR: {
    message: "Tryton answered {status}; whether it acted is not known. {detail}",
    class: "bug",
  },
  E_TRYTON_ANSWER_UNKNOWN: {
    message: "Tryton's answer is none that we know: {status} {detail}",
    class: "bug",
  },
  E_TRYTON_LOOK_FAILED: {
    message: "Tryton could not be asked what is there, so nothing was created: {detail}",
    class: "retry",
  },
  E_TRYTON_SIGN_IN: { message: "Tryton refused our user or password. {detail}", class: "pause" },
  E_TRYTON_LOGIN_LIMIT: {
    message: "Tryton takes no logins for now: too many failed. {detail}",
    class: "pause",
  },
  E_TRYTON_LOCKED: { message: "Another posting holds the lock. {detail}", class: "retry" },
  E_TRYTON_RECORD_CHANGED: {
    message: "The record was changed meanwhile. {detail}",
    class: "retry",
  },
  E_TRYTON_PERIOD_REFUSED: { message: "{detail}", class: "reject" },
  E_TRYTON_NUMBER_ORDER: { message: "{detail}", class: "reject" },
  E_TRYTON_SEQUENCE_MISSING: { message: "{detail}", class: "reject" },
  E_TRYTON_RATE_MISSING: { message: "{detail}", class: "reject" },
  E_TRYTON_VALUE_MISSING: { message: "{detail}", class: "reject" },
  E_TRYTON_VALUE_INVALID: { message: "{detail}", class: "reject" },
  E_TRYTON_CODE_TAKEN: {
    message: "Tryton says that this code exists already; ours, or another's. {detail}",
    class: "bug",
  },
  E_TRYTON_NOT_BALANCED: { message: "{detail}", class: "reject" },
  E_TRYTON_ALREADY_SETTLED: { message: "{detail}", class: "reject" },
  E_TRYTON_POSTED_ALREADY: { message: "Another call posted it meanwhile. {detail}", class: "bug" },
  E_TRYTON_PERMISSION: { message: "{detail}", class: "reject" },
  E_TRYTON_READ_FAILED: { message: "Tryton could not be read: {what}: {detail}", class: "retry" },
});

export type TrytonCode = keyof typeof trytonErrors;
