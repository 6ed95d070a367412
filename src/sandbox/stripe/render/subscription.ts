import type { SubscriptionItemRecord, SubscriptionRecord } from "../records.ts";
import type { Shape } from "../versions.ts";
import { renderPlan, renderPrice } from "./catalog.ts";
import type { Json } from "./parts.ts";
import { listOf, renderTaxRate } from "./parts.ts";

export function renderSubscription(subscription: SubscriptionRecord, shape: Shape): Json {
  const url = `/v1/subscription_items?subscription=${subscription.id}`;
  const items = subscription.items.map((item) => renderItem(item, subscription, shape));
  const [first] = subscription.items;
  return {
    id: subscription.id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: subscription.billing_cycle_anchor,
    billing_thresholds: null,
    cancel_at: subscription.cancel_at,
    cancel_at_period_end: subscription.cancel_at_period_end,
    canceled_at: subscription.canceled_at,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: subscription.collection_method,
    created: subscription.created,
    currency: subscription.currency,
    customer: subscription.customer,
    days_until_due: subscription.days_until_due,
    default_payment_method: subscription.default_payment_method,
    default_source: null,
    default_tax_rates: subscription.default_tax_rates.map(renderTaxRate),
    description: subscription.description,
    discounts: [],
    ended_at: subscription.ended_at,
    invoice_settings: { account_tax_ids: null, issuer: { type: "self" } },
    items: listOf(items, url, shape),
    latest_invoice: subscription.latest_invoice,
    livemode: false,
    metadata: subscription.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: null,
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: subscription.created,
    status: subscription.status,
    test_clock: subscription.test_clock,
    transfer_data: null,
    trial_end: null,
    trial_settings: null,
    trial_start: null,
    ...(shape.basil
      ? {
          billing_cycle_anchor_config: null,
          billing_mode: { type: "classic" },
          billing_schedules: [],
          customer_account: null,
          managed_payments: null,
        }
      : {
          current_period_end: subscription.period.end,
          current_period_start: subscription.period.start,
          discount: null,
          plan: first === undefined ? null : renderPlan(first.price, shape),
          quantity: first?.quantity ?? 0,
          tax_percent: null,
        }),
  };
}

/** basil moved the current period from the subscription to its items. */
export function renderItem(
  item: SubscriptionItemRecord,
  subscription: SubscriptionRecord,
  shape: Shape,
): Json {
  return {
    id: item.id,
    object: "subscription_item",
    billing_thresholds: null,
    created: item.created,
    ...(shape.basil
      ? {
          current_period_end: subscription.period.end,
          current_period_start: subscription.period.start,
          current_trial: null,
          discounts: [],
        }
      : {}),
    metadata: item.metadata,
    plan: renderPlan(item.price, shape),
    price: renderPrice(item.price, shape),
    quantity: item.quantity,
    subscription: subscription.id,
    tax_rates: item.tax_rates.map(renderTaxRate),
  };
}
