/** From event to request; pure: equal event, links and settings make equal bytes. */
import type { Json } from "../../kernel/strict-json.ts";
import { prepareOrLack } from "../kit/lack.ts";
import type { ApplyContext, Preparation, PreparedCall } from "../kit/target.ts";
import { lacking } from "./lack.ts";
import type { OperationName } from "./operations.ts";
import { isOperation } from "./operations.ts";
import type { Plan } from "./plan.ts";
import { planSchema } from "./plan.ts";
import {
  prepareApplication,
  prepareJournal,
  preparePayment,
  prepareRefund,
} from "./prepare-cash.ts";
import type { Preparing } from "./prepare-context.ts";
import { startPreparing } from "./prepare-context.ts";
import { prepareCustomer, prepareProduct } from "./prepare-masters.ts";
import { prepareCreditMemo, prepareInvoice, prepareVoid } from "./prepare-sales.ts";
import type { TrytonSettings } from "./settings.ts";

const PREPARE: Readonly<Record<OperationName, (job: Preparing) => Plan>> = {
  "customer.upsert": prepareCustomer,
  "item.upsert": prepareProduct,
  "invoice.post": prepareInvoice,
  "invoice.void": prepareVoid,
  "credit-memo.post": prepareCreditMemo,
  "payment.post": preparePayment,
  "payment.apply": prepareApplication,
  "refund.post": prepareRefund,
  "journal.post": prepareJournal,
};

/** A `%` or `_` would be a wildcard where a move is looked for by its first word. */
const REFERENCE = /^[A-Za-z0-9]{1,64}$/;

export function prepareCall(context: ApplyContext, settings: TrytonSettings): Preparation {
  return prepareOrLack(() => prepareOrThrow(context, settings));
}

function prepareOrThrow(context: ApplyContext, settings: TrytonSettings): PreparedCall {
  const { operation, reference } = context;
  if (!isOperation(operation)) {
    throw lacking("E_TRYTON_OPERATION_UNKNOWN", `operation ${operation}`, { operation });
  }
  if (!REFERENCE.test(reference)) {
    throw lacking("E_TRYTON_REFERENCE_MALFORMED", "reference", { reference });
  }
  const plan = planSchema.parse(PREPARE[operation](startPreparing(context, settings)));
  return {
    method: "POST",
    path: `/${settings.database}/`,
    headers: { accept: "application/json", "content-type": "application/json" },
    body: plan as Json,
  };
}
