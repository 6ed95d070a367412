/** Any record or event, as one API version shows it. */
import type { AnyRecord, EventRecord, TestClockRecord, WebhookEndpointRecord } from "../records.ts";
import type { Shape } from "../versions.ts";
import { renderPrice, renderProduct } from "./catalog.ts";
import { renderBalanceEntry, renderCustomer, renderPaymentMethod } from "./customer.ts";
import { renderCreditNote, renderInvoice, renderInvoicePayment } from "./invoice.ts";
import { renderInvoiceItem } from "./invoice-line.ts";
import type { Json } from "./parts.ts";
import { renderCoupon, renderTaxRate } from "./parts.ts";
import {
  renderBalanceTransaction,
  renderCharge,
  renderDispute,
  renderPaymentIntent,
  renderPayout,
  renderRefund,
} from "./payment.ts";
import { renderSubscription } from "./subscription.ts";

/** `now` in epoch seconds; only balance transactions depend on it. */
export function renderRecord(record: AnyRecord, shape: Shape, now: number): Json {
  switch (record.object) {
    case "customer":
      return renderCustomer(record, shape);
    case "customer_balance_transaction":
      return renderBalanceEntry(record, shape);
    case "payment_method":
      return renderPaymentMethod(record);
    case "product":
      return renderProduct(record, shape);
    case "price":
      return renderPrice(record, shape);
    case "tax_rate":
      return renderTaxRate(record);
    case "coupon":
      return renderCoupon(record);
    case "invoiceitem":
      return renderInvoiceItem(record, shape);
    case "invoice":
      return renderInvoice(record, shape);
    case "invoice_payment":
      return renderInvoicePayment(record);
    case "credit_note":
      return renderCreditNote(record, shape);
    case "charge":
      return renderCharge(record, shape);
    case "payment_intent":
      return renderPaymentIntent(record, shape);
    case "refund":
      return renderRefund(record, shape);
    case "dispute":
      return renderDispute(record, shape);
    case "payout":
      return renderPayout(record, shape);
    case "balance_transaction":
      return renderBalanceTransaction(record, shape, now);
    case "subscription":
      return renderSubscription(record, shape);
    case "webhook_endpoint":
      return renderEndpoint(record);
    case "test_helpers.test_clock":
      return renderClock(record);
  }
}

/**
 * `owed` is how many endpoints have not accepted the event yet; it is the one thing that differs
 * between two tries of the same event.
 */
export function renderEvent(event: EventRecord, shape: Shape, owed: number): Json {
  const now = event.created;
  const object = renderRecord(event.snapshot, shape, now);
  const before = event.previous === null ? undefined : renderRecord(event.previous, shape, now);
  return {
    id: event.id,
    object: "event",
    api_version: shape.version,
    created: event.created,
    data: {
      object,
      ...(before === undefined ? {} : { previous_attributes: changedFrom(before, object) }),
    },
    livemode: false,
    pending_webhooks: owed,
    request: event.request,
    type: event.type,
  };
}

/** The old values of what changed; objects are compared inside, lists as a whole. */
function changedFrom(before: Json, after: Json): Json {
  const changed: Json = {};
  for (const key of Object.keys(before)) {
    const [old, now] = [before[key], after[key]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    changed[key] = isObject(old) && isObject(now) ? changedFrom(old, now) : old;
  }
  for (const key of Object.keys(after)) if (!(key in before)) changed[key] = null;
  return changed;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function renderEndpoint(endpoint: WebhookEndpointRecord): Json {
  return {
    id: endpoint.id,
    object: "webhook_endpoint",
    api_version: endpoint.api_version,
    application: null,
    created: endpoint.created,
    description: endpoint.description,
    enabled_events: endpoint.enabled_events,
    livemode: false,
    metadata: endpoint.metadata,
    status: endpoint.status,
    url: endpoint.url,
  };
}

function renderClock(clock: TestClockRecord): Json {
  return {
    id: clock.id,
    object: "test_helpers.test_clock",
    created: clock.created,
    deletes_after: clock.created + 30 * 86_400,
    frozen_time: clock.frozen_time,
    livemode: false,
    name: clock.name,
    status: clock.status,
    status_details: {},
  };
}
