/** Customers and items: master data, of which the newest state counts. */
import type { Customer } from "../../contracts/customer/customer.ts";
import { customerDeletedSchema, customerSchema } from "../../contracts/customer/customer.ts";
import { productSchema } from "../../contracts/product/product.ts";
import type { PreparedCall } from "../kit/target.ts";
import { currencyOf } from "./amounts.ts";
import { lacking } from "./lack.ts";
import type { Body, Preparing } from "./prepare-context.ts";
import { cut, readData, unreadable, upsert } from "./prepare-context.ts";

/** Lengths of NetSuite's fields (vendor: REST API Browser, customer and serviceSaleItem). */
const COMPANY_LENGTH = 83;
const ITEM_NAME_LENGTH = 60;
const COMMENT_LENGTH = 999;

/** A deleted customer keeps its documents, so it is made inactive and never removed. */
export function prepareCustomer(job: Preparing): PreparedCall {
  if (job.context.event.type === "customer.deleted") {
    readData(job, "customer", customerDeletedSchema);
    return upsert(job, { isInactive: true });
  }
  const customer = readData(job, "customer", customerSchema);
  const { entity, settings } = job;
  const currencies = entity.customerCurrencies.map((code) => currencyOf(settings, code).id);
  return upsert(job, {
    isPerson: false,
    companyName: cut(customer.name ?? customer.email ?? customer.id, COMPANY_LENGTH),
    subsidiary: { id: entity.subsidiary },
    receivablesAccount: { id: entity.arAccount },
    ...(customer.currency === undefined
      ? {}
      : { currency: { id: currencyOf(settings, customer.currency).id } }),
    // Keyed by currency (vendor: "Keyed Sublists"): a repeat adds none.
    currencyList: { items: currencies.map((id) => ({ currency: { id } })) },
    comments: cut(`${job.source} ${customer.id}`, COMMENT_LENGTH),
    isInactive: false,
    // Left out, not null: a field the source never had may have been entered in NetSuite by hand.
    ...(customer.email === undefined ? {} : { email: customer.email }),
    ...(customer.phone === undefined ? {} : { phone: customer.phone }),
    ...addressBook(customer),
  });
}

/** The billing address, where it has the country that NetSuite requires. */
function addressBook(customer: Customer): Body {
  const address = customer.addresses.find((one) => one.kind === "billing")?.address;
  if (address?.country === undefined) return {};
  const parts: Readonly<Record<string, string | undefined>> = {
    addr1: address.line1,
    addr2: address.line2,
    city: address.city,
    state: address.region,
    zip: address.postalCode,
  };
  const text = Object.entries(parts).filter((part): part is [string, string] => !!part[1]);
  const addressBookAddress = { ...Object.fromEntries(text), country: { id: address.country } };
  return {
    addressBook: { items: [{ label: "billing", defaultBilling: true, addressBookAddress }] },
  };
}

/**
 * An item per product. Its name is the source's id, which is unique; names of products are not,
 * and NetSuite refuses two items of one name.
 */
export function prepareItem(job: Preparing): PreparedCall {
  const product = readData(job, "product", productSchema);
  const { entity, legalEntity, settings } = job;
  const accounts = entity.itemAccounts.byProduct[product.id] ?? entity.itemAccounts.others;
  if (accounts === undefined) {
    throw lacking("E_NETSUITE_INCOME_UNMAPPED", `product ${product.id} in ${legalEntity}`, {
      product: product.id,
      legalEntity,
    });
  }
  if (product.id.length > ITEM_NAME_LENGTH) {
    throw unreadable(job, "product", `its id is longer than ${ITEM_NAME_LENGTH}`);
  }
  const archived = product.deleted || !product.active;
  return upsert(job, {
    itemId: product.id,
    displayName: cut(product.name, ITEM_NAME_LENGTH),
    subsidiary: { items: [{ id: entity.subsidiary }] },
    incomeAccount: { id: accounts.incomeAccount },
    ...(accounts.deferredRevenueAccount === undefined
      ? {}
      : { deferredRevenueAccount: { id: accounts.deferredRevenueAccount } }),
    ...(entity.taxSchedule === undefined ? {} : { taxSchedule: { id: entity.taxSchedule } }),
    ...(product.description === undefined
      ? {}
      : { salesDescription: cut(product.description, COMMENT_LENGTH) }),
    isInactive: archived && settings.policy.archivedProducts === "inactivate",
  });
}
