/** From event to request; pure: equal event, links and settings make equal bytes. */
import { prepareOrLack } from "../kit/lack.ts";
import type { ApplyContext, Preparation, PreparedCall } from "../kit/target.ts";
import { lacking } from "./lack.ts";
import type { OperationName } from "./operations.ts";
import { isOperation } from "./operations.ts";
import { prepareApplication, preparePayment, prepareRefund } from "./prepare-cash.ts";
import type { Preparing } from "./prepare-context.ts";
import { startPreparing } from "./prepare-context.ts";
import { prepareCustomer, prepareItem } from "./prepare-masters.ts";
import { prepareCreditMemo, prepareInvoice, prepareVoid } from "./prepare-sales.ts";
import type { NetSuiteSettings } from "./settings.ts";

const PREPARE: Readonly<Record<OperationName, (job: Preparing) => PreparedCall>> = {
  "customer.upsert": prepareCustomer,
  "item.upsert": prepareItem,
  "invoice.post": prepareInvoice,
  "invoice.void": prepareVoid,
  "credit-memo.post": prepareCreditMemo,
  "payment.post": preparePayment,
  "payment.apply": prepareApplication,
  "refund.post": prepareRefund,
};

/** Vendor: external ids hold letters, digits, underscore and hyphen; `|` separates in addresses. */
const REFERENCE = /^[A-Za-z0-9_-]{1,64}$/;

export function prepareCall(context: ApplyContext, settings: NetSuiteSettings): Preparation {
  return prepareOrLack(() => prepareOrThrow(context, settings));
}

function prepareOrThrow(context: ApplyContext, settings: NetSuiteSettings): PreparedCall {
  const { operation, reference } = context;
  if (!isOperation(operation)) {
    throw lacking("E_NETSUITE_OPERATION_UNKNOWN", `operation ${operation}`, { operation });
  }
  if (!REFERENCE.test(reference)) {
    throw lacking("E_NETSUITE_REFERENCE_MALFORMED", "reference", { reference });
  }
  return PREPARE[operation](startPreparing(operation, context, settings));
}
