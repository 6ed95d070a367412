import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoicePaymentFailed = defineContract({
  type: "invoice.payment-failed",
  version: 1,
  entity: "invoice",
  meaning: "An attempt to collect failed; the invoice stays open.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
