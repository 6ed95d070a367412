/**
 * Every typed table of the warehouse. To add a column: a line here and a higher SCHEMA_VERSION in
 * schema-ddl.ts; what exists is never dropped or retyped by a program.
 */
import type { Column, EntityTable } from "./column.ts";
import {
  amount,
  currency,
  date,
  decimal,
  flag,
  instant,
  integer,
  json,
  money,
  required,
  text,
} from "./column.ts";

const metadata = json("metadata", "metadata", { personal: "free-text" });
const notes = json("metadata");
const timeZone = required(text("time_zone"));

const documentLine: readonly Column[] = [
  required(text("line_id", "id")),
  text("description", "description", { personal: "free-text" }),
  text("product_id"),
  text("price_id"),
  text("subscription_id"),
  text("subscription_item_id"),
  required(decimal("quantity")),
  decimal("unit_price"),
  required(amount("amount")),
  json("allowances"),
  required(amount("net")),
  json("taxes"),
  date("service_start", "servicePeriod.start"),
  date("service_end", "servicePeriod.end"),
  json("proration"),
];

const taxPart: readonly Column[] = [
  required(amount("amount")),
  amount("taxable"),
  required(flag("inclusive")),
  required(text("category")),
  decimal("percent"),
  text("jurisdiction"),
  text("tax_rate_id"),
  text("reason"),
];

const customer: EntityTable = {
  name: "customer",
  entity: "customer",
  columns: [
    text("name", "name", { personal: "name" }),
    text("email", "email", { personal: "email" }),
    text("phone", "phone", { personal: "phone" }),
    text("description", "description", { personal: "free-text" }),
    currency("currency"),
    json("addresses", "addresses", { personal: "address" }),
    json("tax_registrations", "taxRegistrations", { personal: "tax-id" }),
    text("tax_exempt"),
    text("parent_id"),
    text("payment_terms"),
    instant("created_at"),
    metadata,
  ],
  parts: [],
  headline: {},
  tombstone: "customer.deleted",
};

const product: EntityTable = {
  name: "product",
  entity: "product",
  columns: [
    required(text("name")),
    text("description"),
    required(flag("active")),
    required(flag("deleted")),
    text("unit_label"),
    text("tax_code"),
    notes,
  ],
  parts: [],
  headline: {},
};

const price: EntityTable = {
  name: "price",
  entity: "price",
  columns: [
    required(text("product_id")),
    required(flag("active")),
    required(flag("deleted")),
    required(currency("currency")),
    required(text("model")),
    decimal("unit_price"),
    decimal("package_size"),
    text("recurring_interval", "recurring.interval"),
    integer("recurring_count", "recurring.count"),
    text("recurring_usage", "recurring.usage"),
    required(text("tax_behavior")),
    notes,
  ],
  parts: [
    {
      name: "price_tier",
      list: "tiers",
      columns: [decimal("up_to"), decimal("unit_price"), decimal("flat_price")],
    },
  ],
  headline: {},
};

const subscription: EntityTable = {
  name: "subscription",
  entity: "subscription",
  columns: [
    required(text("customer_id")),
    required(text("status")),
    currency("currency"),
    required(date("start_date")),
    timeZone,
    date("period_start", "period.start"),
    date("period_end", "period.end"),
    required(flag("cancel_at_period_end")),
    instant("cancel_at"),
    instant("cancelled_at"),
    instant("ended_at"),
    instant("trial_end"),
    json("changed"),
    metadata,
  ],
  parts: [
    {
      name: "subscription_item",
      list: "items",
      columns: [
        required(text("item_id", "id")),
        text("product_id"),
        required(text("price_id")),
        decimal("quantity"),
        decimal("unit_price"),
        date("period_start", "period.start"),
        date("period_end", "period.end"),
      ],
    },
  ],
  headline: { date: "start_date" },
};

const invoice: EntityTable = {
  name: "invoice",
  entity: "invoice",
  currency: "currency",
  columns: [
    required(text("number")),
    required(text("type")),
    required(text("status")),
    required(text("customer_id")),
    text("subscription_id"),
    required(date("issue_date")),
    date("due_date"),
    date("tax_point_date"),
    timeZone,
    required(currency("currency")),
    text("seller_name", "seller.name"),
    text("seller_country", "seller.country"),
    text("buyer_name", "buyer.name", { personal: "name" }),
    text("buyer_country", "buyer.country"),
    json("buyer_address", "buyer.address", { personal: "address" }),
    json("buyer_tax_registrations", "buyer.taxRegistrations", { personal: "tax-id" }),
    text("buyer_tax_exempt", "buyer.taxExempt"),
    json("allowances"),
    json("charges"),
    required(amount("net")),
    required(amount("tax")),
    required(amount("gross")),
    json("settlements"),
    required(amount("paid")),
    required(amount("rounding")),
    required(amount("due")),
    json("payment_ids"),
    instant("finalized_at"),
    instant("paid_at"),
    instant("voided_at"),
    instant("written_off_at"),
    text("memo", "memo", { personal: "free-text" }),
    metadata,
  ],
  parts: [
    { name: "invoice_line", list: "lines", currency: "^currency", columns: documentLine },
    { name: "invoice_tax", list: "taxBreakdown", currency: "^currency", columns: taxPart },
  ],
  headline: { amount: "gross", date: "issue_date", number: "number" },
};

const creditMemo: EntityTable = {
  name: "credit_memo",
  entity: "credit-memo",
  currency: "currency",
  columns: [
    required(text("number")),
    required(text("status")),
    text("invoice_id"),
    required(text("customer_id")),
    required(date("issue_date")),
    timeZone,
    required(currency("currency")),
    text("reason"),
    text("memo", "memo", { personal: "free-text" }),
    json("allowances"),
    json("charges"),
    required(amount("net")),
    required(amount("tax")),
    required(amount("gross")),
    json("settlements"),
    required(amount("applied")),
    required(amount("unapplied")),
    instant("voided_at"),
    metadata,
  ],
  parts: [
    {
      name: "credit_memo_line",
      list: "lines",
      currency: "^currency",
      columns: [...documentLine, text("invoice_line_id")],
    },
    { name: "credit_memo_tax", list: "taxBreakdown", currency: "^currency", columns: taxPart },
  ],
  headline: { amount: "gross", date: "issue_date", number: "number" },
};

const allocationColumns: readonly Column[] = [
  required(text("payment_id")),
  required(text("invoice_id")),
  required(amount("amount")),
  required(date("date")),
  timeZone,
  required(instant("applied_at")),
  amount("discount"),
  amount("withholding"),
  amount("write_off"),
];

const payment: EntityTable = {
  name: "payment",
  entity: "payment",
  currency: "amount.currency",
  columns: [
    required(text("status")),
    text("customer_id"),
    required(currency("currency", "amount.currency")),
    required(amount("amount")),
    money("settlement"),
    money("fee"),
    text("method"),
    text("charge_id"),
    required(date("date")),
    timeZone,
    required(instant("created_at")),
    text("failure_code", "failure.code"),
    text("failure_message", "failure.message", { personal: "free-text" }),
    metadata,
  ],
  parts: [
    {
      name: "payment_allocation",
      list: "allocations",
      currency: "amount.currency",
      columns: [
        required(text("allocation_id", "id")),
        required(currency("currency", "amount.currency")),
        ...allocationColumns,
      ],
    },
  ],
  headline: { amount: "amount", date: "date" },
};

const allocation: EntityTable = {
  name: "allocation",
  entity: "allocation",
  currency: "amount.currency",
  columns: [required(currency("currency", "amount.currency")), ...allocationColumns],
  parts: [],
  headline: { amount: "amount", date: "date" },
};

const refund: EntityTable = {
  name: "refund",
  entity: "refund",
  currency: "amount.currency",
  columns: [
    required(text("status")),
    text("payment_id"),
    text("charge_id"),
    required(currency("currency", "amount.currency")),
    required(amount("amount")),
    required(date("date")),
    timeZone,
    required(instant("created_at")),
    text("reason"),
    text("failure_reason"),
    metadata,
  ],
  parts: [],
  headline: { amount: "amount", date: "date" },
};

const dispute: EntityTable = {
  name: "dispute",
  entity: "dispute",
  currency: "amount.currency",
  columns: [
    required(text("status")),
    text("payment_id"),
    required(text("charge_id")),
    required(currency("currency", "amount.currency")),
    required(amount("amount")),
    required(text("reason")),
    required(instant("opened_at")),
    required(date("date")),
    timeZone,
    instant("evidence_due_by"),
  ],
  parts: [
    {
      name: "dispute_movement",
      list: "movements",
      currency: "amount.currency",
      columns: [
        required(text("movement_id", "id")),
        required(text("kind")),
        required(currency("currency", "amount.currency")),
        required(amount("amount")),
        required(amount("fee")),
        required(amount("net")),
      ],
    },
  ],
  headline: { amount: "amount", date: "date" },
};

const payout: EntityTable = {
  name: "payout",
  entity: "payout",
  currency: "amount.currency",
  columns: [
    required(text("status")),
    required(currency("currency", "amount.currency")),
    required(amount("amount")),
    required(date("arrival_date")),
    timeZone,
    required(instant("created_at")),
    required(flag("automatic")),
    required(text("method")),
    text("bank_account_id"),
    text("balance_transaction_id"),
    text("failure_balance_transaction_id"),
    text("statement_descriptor"),
    text("trace_id"),
    text("original_payout_id"),
    text("failure_code", "failure.code"),
    text("failure_message", "failure.message", { personal: "free-text" }),
    metadata,
  ],
  parts: [],
  headline: { amount: "amount", date: "arrival_date" },
};

/** In the order in which every batch writes them: batches wait for each other, in one direction. */
export const entityTables: readonly EntityTable[] = [
  customer,
  product,
  price,
  subscription,
  invoice,
  creditMemo,
  payment,
  allocation,
  refund,
  dispute,
  payout,
];
