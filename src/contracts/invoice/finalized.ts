import { checkInvoice } from "../arithmetic.ts";
import { defineContract } from "../contract.ts";
import { invoiceClear, invoicePersonal, invoiceSchema } from "./invoice.ts";

export const invoiceFinalized = defineContract({
  type: "invoice.finalized",
  version: 1,
  entity: "invoice",
  meaning: "The document was issued: number, lines and amounts are fixed. Posts the receivable.",
  owner: "controller",
  status: "active",
  schema: invoiceSchema,
  personal: invoicePersonal,
  clear: invoiceClear,
  check: checkInvoice,
});
