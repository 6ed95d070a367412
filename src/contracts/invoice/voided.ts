import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoiceVoided = defineContract({
  type: "invoice.voided",
  version: 1,
  entity: "invoice",
  meaning: "The document was cancelled before it was collected.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
