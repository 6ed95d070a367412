import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoicePaid = defineContract({
  type: "invoice.paid",
  version: 1,
  entity: "invoice",
  meaning: "Nothing is due any more. A status; the money posts from payments.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
