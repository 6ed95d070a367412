/** Customers, their balance and their payment methods. */
import { z } from "zod";
import type { Draft } from "../draft.ts";
import { invalid, missing } from "../errors.ts";
import type { Tombstone } from "../operation.ts";
import { operation } from "../operation.ts";
import { address, currency, expand, int, mergeMetadata, metadata, text } from "../params.ts";
import type { PaymentMethodRecord } from "../payment-records.ts";
import type { Address, BalanceEntryRecord, CustomerRecord } from "../records.ts";
import { takePaymentMethod } from "./payment-method.ts";

const fields = {
  name: text.optional(),
  email: text.optional(),
  phone: text.optional(),
  description: text.optional(),
  address: z.union([address, z.literal("")]).optional(),
  tax_exempt: z.enum(["none", "exempt", "reverse"]).optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional() }).optional(),
  balance: int.optional(),
  metadata: metadata.optional(),
  expand,
};

export const createCustomer = operation(
  "customer.create",
  "POST /v1/customers",
  z.strictObject({
    ...fields,
    payment_method: text.optional(),
    test_clock: text.optional(),
    invoice_prefix: z
      .string()
      .regex(/^[A-Z0-9]{3,12}$/)
      .optional(),
  }),
  (draft, params): CustomerRecord => {
    const clock = params.test_clock ?? null;
    if (clock !== null) draft.get("test_helpers.test_clock", clock, "test_clock");
    const blank: CustomerRecord = {
      object: "customer",
      id: draft.id("cus"),
      created: draft.timeOf({ test_clock: clock }),
      name: params.name ?? null,
      email: params.email ?? null,
      phone: params.phone ?? null,
      description: params.description ?? null,
      address: addressOf(params.address, null),
      currency: null,
      balance: params.balance ?? 0,
      delinquent: false,
      invoice_prefix: params.invoice_prefix ?? draft.prefix(),
      next_invoice_sequence: 1,
      tax_exempt: params.tax_exempt ?? "none",
      default_payment_method: null,
      test_clock: clock,
      metadata: mergeMetadata({}, params.metadata),
      deleted: false,
    };
    const customer = draft.put(blank);
    draft.emit("customer.created", customer);
    const method = params.invoice_settings?.default_payment_method ?? params.payment_method;
    if (method === undefined) return customer;
    const { id } = takePaymentMethod(draft, method, customer.id);
    return draft.put({ ...customer, default_payment_method: id });
  },
);

export const updateCustomer = operation(
  "customer.update",
  "POST /v1/customers/:customer",
  z.strictObject({ customer: text, ...fields }),
  (draft, params): CustomerRecord => {
    const old = liveCustomer(draft, params.customer, "id");
    const method = params.invoice_settings?.default_payment_method;
    const customer = draft.put<CustomerRecord>({
      ...old,
      name: params.name ?? old.name,
      email: params.email ?? old.email,
      phone: params.phone ?? old.phone,
      description: params.description ?? old.description,
      address: addressOf(params.address, old.address),
      tax_exempt: params.tax_exempt ?? old.tax_exempt,
      balance: params.balance ?? old.balance,
      default_payment_method:
        method === undefined
          ? old.default_payment_method
          : takePaymentMethod(draft, method, old.id).id,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
    draft.emit("customer.updated", customer, { diff: true });
    return customer;
  },
);

export const deleteCustomer = operation(
  "customer.delete",
  "DELETE /v1/customers/:customer",
  z.strictObject({ customer: text }),
  (draft, params): Tombstone => {
    const old = liveCustomer(draft, params.customer, "id");
    // The customer stays readable as a tombstone, and its invoices stay as they are.
    const gone = draft.put<CustomerRecord>({ ...old, deleted: true });
    draft.emit("customer.deleted", gone);
    return { id: old.id, object: "customer", deleted: true };
  },
);

export const adjustCustomerBalance = operation(
  "customer.adjust-balance",
  "POST /v1/customers/:customer/balance_transactions",
  z.strictObject({
    customer: text,
    amount: int,
    currency,
    description: text.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): BalanceEntryRecord => {
    const customer = liveCustomer(draft, params.customer, "customer");
    const { entry, updated } = moveBalance(draft, customer, {
      amount: params.amount,
      currency: params.currency,
      type: "adjustment",
      description: params.description ?? null,
    });
    draft.emit("customer.updated", updated, { diff: true });
    return entry;
  },
);

/** Changes the customer's balance and writes the entry; raises no event itself. */
export function moveBalance(
  draft: Draft,
  customer: CustomerRecord,
  move: Pick<BalanceEntryRecord, "amount" | "currency" | "type"> & {
    readonly description?: string | null;
    readonly invoice?: string;
    readonly credit_note?: string;
  },
): { entry: BalanceEntryRecord; updated: CustomerRecord } {
  if (customer.currency !== null && customer.currency !== move.currency) {
    throw invalid(`The customer's balance is kept in ${customer.currency}.`, undefined, "currency");
  }
  const ending = customer.balance + move.amount;
  const entry = draft.put<BalanceEntryRecord>({
    object: "customer_balance_transaction",
    id: draft.id("cbtxn"),
    created: draft.timeOf(customer),
    customer: customer.id,
    amount: move.amount,
    currency: move.currency,
    ending_balance: ending,
    type: move.type,
    description: move.description ?? null,
    invoice: move.invoice ?? null,
    credit_note: move.credit_note ?? null,
  });
  return { entry, updated: draft.put({ ...customer, currency: move.currency, balance: ending }) };
}

/** The customer, refused when missing or deleted. */
export function liveCustomer(draft: Draft, id: string, param = "customer"): CustomerRecord {
  const customer = draft.get("customer", id, param);
  if (customer.deleted) throw missing("customer", id, param);
  return customer;
}

function addressOf(given: z.output<typeof fields.address>, old: Address | null): Address | null {
  if (given === undefined) return old;
  if (given === "") return null;
  const { city, country, line1, line2, postal_code, state } = given;
  return {
    city: city ?? null,
    country: country ?? null,
    line1: line1 ?? null,
    line2: line2 ?? null,
    postal_code: postal_code ?? null,
    state: state ?? null,
  };
}

export const attachPaymentMethod = operation(
  "payment_method.attach",
  "POST /v1/payment_methods/:payment_method/attach",
  z.strictObject({ payment_method: text, customer: text, expand }),
  (draft, params): PaymentMethodRecord => {
    const customer = liveCustomer(draft, params.customer);
    const method = takePaymentMethod(draft, params.payment_method, customer.id);
    draft.emit("payment_method.attached", method);
    return method;
  },
);
