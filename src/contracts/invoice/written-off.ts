import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoiceWrittenOff = defineContract({
  type: "invoice.written-off",
  version: 1,
  entity: "invoice",
  meaning: "The issuer gave up collecting; it may still be recovered.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
