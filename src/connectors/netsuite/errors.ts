/**
 * Every code this connector says: as a lack before a call, or as an outcome after one. The class
 * decides the outcome: `retry` and `retry-after` are later for the handoff or the account, `pause`
 * is later for the whole account, `reject` refuses, `bug` is unknown to us.
 */
import { defineErrors } from "../../kernel/errors.ts";

export const netsuiteErrors = defineErrors({
  // Lacks: found before anything is sent.
  E_NETSUITE_OPERATION_UNKNOWN: {
    message: "NetSuite is not asked to do {operation} by this connector.",
    class: "bug",
  },
  E_NETSUITE_DATA_UNREADABLE: {
    message: "The event {event} cannot be read as {entity}: {reason}.",
    class: "reject",
  },
  E_NETSUITE_REFERENCE_MALFORMED: {
    message: "{reference} is not an external id for NetSuite: letters, digits, _ and - only.",
    class: "bug",
  },
  E_NETSUITE_ENTITY_UNMAPPED: {
    message: "Legal entity {legalEntity} has no subsidiary: set entities.{legalEntity}.",
    class: "reject",
  },
  E_NETSUITE_CURRENCY_UNMAPPED: {
    message: "Currency {currency} has no NetSuite id: set currencies.{currency}.",
    class: "reject",
  },
  E_NETSUITE_AMOUNT_TOO_FINE: {
    message: "{amount} {currency} has more decimals than NetSuite keeps for it ({decimals}).",
    class: "reject",
  },
  E_NETSUITE_AMOUNT_TOO_LARGE: {
    message: "{amount} {currency} has more than 15 digits, which NetSuite cannot carry exactly.",
    class: "reject",
  },
  E_NETSUITE_LINK_MISSING: {
    message: "The {role} {key} has no link to a NetSuite record yet.",
    class: "reject",
  },
  E_NETSUITE_ITEM_UNMAPPED: {
    message: "{what} has no item in legal entity {legalEntity}: set {setting}.",
    class: "reject",
  },
  E_NETSUITE_INCOME_UNMAPPED: {
    message:
      "Product {product} has no income account in legal entity {legalEntity}: set " +
      "entities.{legalEntity}.itemAccounts.byProduct.{product}, or itemAccounts.others.",
    class: "reject",
  },
  E_NETSUITE_CLEARING_UNMAPPED: {
    message:
      "Payments from {source} in {currency} have no clearing account in legal entity " +
      "{legalEntity}: set entities.{legalEntity}.clearingAccounts.{source}.{currency}.",
    class: "reject",
  },
  E_NETSUITE_TAX_UNMAPPED: {
    message:
      "Tax {tax} has no NetSuite tax code in legal entity {legalEntity}: set one of " +
      "{candidates} in entities.{legalEntity}.taxCodes.",
    class: "reject",
  },
  E_NETSUITE_TAX_UNPLACED: {
    message: "The document bills {amount} of tax that no line carries; NetSuite keeps tax by line.",
    class: "reject",
  },
  E_NETSUITE_LINES_DO_NOT_TIE: {
    message: "The lines and their tax come to {lines}, the document says {document}.",
    class: "reject",
  },
  E_NETSUITE_NEGATIVE_INVOICE: {
    message: "Invoice {number} is negative ({amount}): it is to be posted as a credit memo.",
    class: "reject",
  },
  E_NETSUITE_NEGATIVE_PAYMENT: {
    message: "Payment {payment} is {amount}: NetSuite takes payments above zero only.",
    class: "reject",
  },
  E_NETSUITE_VOID_COLLECTED: {
    message: "Invoice {number} is settled by {paid}; only an open invoice is voided.",
    class: "reject",
  },
  E_NETSUITE_ZERO_DOCUMENT: {
    message: "Document {number} is zero, and policy.zeroDocuments says hold.",
    class: "reject",
  },
  // Outcomes: what an answer means.
  E_NETSUITE_NOT_SENT: { message: "Not sent to NetSuite: {reason}.", class: "retry" },
  E_NETSUITE_NO_ANSWER: {
    message: "NetSuite did not answer completely: {reason}.",
    class: "bug",
  },
  E_NETSUITE_SERVER_ERROR: {
    message: "NetSuite answered {status}; whether it acted is not known. {detail}",
    class: "bug",
  },
  E_NETSUITE_ANSWER_UNKNOWN: {
    message: "NetSuite's answer is none that we know: {status} {detail}",
    class: "bug",
  },
  E_NETSUITE_ENTITY_EXISTS: {
    message: "NetSuite says that this record exists already; ours, or another's. {detail}",
    class: "bug",
  },
  E_NETSUITE_CONCURRENCY: {
    message: "NetSuite's concurrency limit was reached. {detail}",
    class: "retry-after",
  },
  E_NETSUITE_SIGN_IN: {
    message: "NetSuite refused our credentials ({code}). {detail}",
    class: "pause",
  },
  E_NETSUITE_RECORD_CHANGED: {
    message: "The record was changed by another while NetSuite saved it. {detail}",
    class: "retry",
  },
  E_NETSUITE_PERIOD_CLOSED: { message: "{detail}", class: "reject" },
  E_NETSUITE_REFERENCE_INVALID: { message: "{detail}", class: "reject" },
  E_NETSUITE_RECORD_LOCKED: { message: "{detail}", class: "reject" },
  E_NETSUITE_PERMISSION: { message: "{detail}", class: "reject" },
  E_NETSUITE_VALUE_MISSING: { message: "{detail}", class: "reject" },
  E_NETSUITE_FIELD_INVALID: { message: "{detail}", class: "reject" },
  E_NETSUITE_READ_FAILED: {
    message: "NetSuite could not be read: {what}: {detail}",
    class: "retry",
  },
  E_NETSUITE_RECORD_MISSING: { message: "{detail}", class: "reject" },
});

export type NetSuiteCode = keyof typeof netsuiteErrors;
