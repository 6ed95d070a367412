/** Customers and products: master data, of which the newest state counts. */
import type { Customer } from "../../contracts/customer/customer.ts";
import { customerDeletedSchema, customerSchema } from "../../contracts/customer/customer.ts";
import { productSchema } from "../../contracts/product/product.ts";
import type { AddressPlan, CustomerPlan, ProductPlan } from "./plan.ts";
import type { Preparing } from "./prepare-context.ts";
import { readData } from "./prepare-context.ts";

/**
 * A party whose code is our reference; the source's id and the tax registrations stand among its
 * identifiers, without a type, for a typed one that Tryton's check refuses would hold up the
 * customer. A deleted customer keeps its documents, so it is made inactive and never removed.
 */
export function prepareCustomer(job: Preparing): CustomerPlan {
  const { reference: code } = job.context;
  const { company } = job.entity;
  if (job.context.event.type === "customer.deleted") {
    readData(job, "customer", customerDeletedSchema);
    return { kind: "customer", company, code, active: false, party: null };
  }
  const customer = readData(job, "customer", customerSchema);
  const registrations = (customer.taxRegistrations ?? []).map((one) => one.value);
  return {
    kind: "customer",
    company,
    code,
    active: true,
    party: {
      name: customer.name ?? customer.email ?? customer.id,
      identifiers: [...new Set([customer.id, ...registrations])],
      contacts: contactsOf(customer),
      address: addressOf(customer),
    },
  };
}

function contactsOf(customer: Customer) {
  const { email, phone } = customer;
  return [
    ...(email === undefined ? [] : [{ type: "email" as const, value: email }]),
    ...(phone === undefined ? [] : [{ type: "phone" as const, value: phone }]),
  ];
}

/** The billing address, else whichever there is; an invoice needs one, even an empty one. */
function addressOf(customer: Customer): AddressPlan {
  const { addresses } = customer;
  const found = addresses.find((one) => one.kind === "billing") ?? addresses[0];
  const { line1, line2, city, postalCode, country, region } = found?.address ?? {};
  return {
    street: [line1, line2].filter((line) => line !== undefined && line !== "").join("\n"),
    city: city ?? "",
    postalCode: postalCode ?? "",
    country: country ?? null,
    region: region ?? null,
  };
}

export function prepareProduct(job: Preparing): ProductPlan {
  const product = readData(job, "product", productSchema);
  const archived = product.deleted || !product.active;
  return {
    kind: "product",
    company: job.entity.company,
    code: job.context.reference,
    active: !(archived && job.settings.policy.archivedProducts === "inactivate"),
    name: product.name,
    description: product.description ?? "",
    unit: job.settings.unit,
  };
}
