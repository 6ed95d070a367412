import type { PaymentMethodRecord } from "../payment-records.ts";
import type { BalanceEntryRecord, CustomerRecord } from "../records.ts";
import type { Shape } from "../versions.ts";
import type { Json } from "./parts.ts";

export function renderCustomer(customer: CustomerRecord, shape: Shape): Json {
  if (customer.deleted) return { id: customer.id, object: "customer", deleted: true };
  return {
    id: customer.id,
    object: "customer",
    address: customer.address,
    balance: customer.balance,
    created: customer.created,
    currency: customer.currency,
    ...(shape.basil ? { customer_account: null } : {}),
    default_source: null,
    delinquent: customer.delinquent,
    description: customer.description,
    ...(shape.basil ? {} : { discount: null }),
    email: customer.email,
    invoice_prefix: customer.invoice_prefix,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: customer.default_payment_method,
      footer: null,
      ...(shape.basil ? { rendering_options: null } : {}),
    },
    livemode: false,
    metadata: customer.metadata,
    name: customer.name,
    next_invoice_sequence: customer.next_invoice_sequence,
    phone: customer.phone,
    preferred_locales: [],
    shipping: null,
    tax_exempt: customer.tax_exempt,
    test_clock: customer.test_clock,
  };
}

export function renderBalanceEntry(entry: BalanceEntryRecord, shape: Shape): Json {
  return {
    id: entry.id,
    object: "customer_balance_transaction",
    amount: entry.amount,
    ...(shape.basil ? { checkout_session: null, customer_account: null } : {}),
    created: entry.created,
    credit_note: entry.credit_note,
    currency: entry.currency,
    customer: entry.customer,
    description: entry.description,
    ending_balance: entry.ending_balance,
    invoice: entry.invoice,
    livemode: false,
    metadata: {},
    type: entry.type,
  };
}

export function renderPaymentMethod(method: PaymentMethodRecord): Json {
  return {
    id: method.id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: noBillingDetails(),
    card: cardOf(method.last4),
    created: method.created,
    customer: method.customer,
    livemode: false,
    metadata: method.metadata,
    type: "card",
  };
}

export function noBillingDetails(): Json {
  const address = { city: null, country: null, line1: null, line2: null, postal_code: null };
  return {
    address: { ...address, state: null },
    email: null,
    name: null,
    phone: null,
    tax_id: null,
  };
}

export function cardOf(last4: string): Json {
  return {
    brand: "visa",
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
    country: "US",
    exp_month: 12,
    exp_year: 2040,
    fingerprint: `sandbox${last4}`,
    funding: "credit",
    last4,
    network: "visa",
    three_d_secure: null,
    wallet: null,
  };
}
