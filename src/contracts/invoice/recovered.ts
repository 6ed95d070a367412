import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoiceRecovered = defineContract({
  type: "invoice.recovered",
  version: 1,
  entity: "invoice",
  meaning: "An invoice that had been written off was paid after all.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
