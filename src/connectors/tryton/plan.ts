/**
 * What one request to Tryton is to bring about, as data: the body of a prepared call. Tryton makes
 * a document in several calls (draft, post, settle) and its drafts are not effects; so a request
 * is a plan, whose fixed script (`run-*.ts`) looks for the reference first and does what lacks.
 *
 * code       our reference, in a party's or product's own code
 * reference  our reference of a document: an invoice's `reference`, the first word of a move's
 *            `description`
 * settles    the invoice (or credit note) whose open amount a line of a move reduces
 * against    the invoice that a whole credit note is set against
 */
import { z } from "zod";

const recordId = z.number().int().positive();
const amount = z.string().regex(/^-?\d+(\.\d+)?$/);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const code = z.string().regex(/^[A-Za-z0-9]{1,64}$/);

const addressPlan = z.strictObject({
  street: z.string(),
  city: z.string(),
  postalCode: z.string(),
  /** ISO code; set where Tryton's list of countries holds it. */
  country: z.string().nullable(),
  region: z.string().nullable(),
});

const customerPlan = z.strictObject({
  kind: z.literal("customer"),
  company: recordId,
  code,
  active: z.boolean(),
  /** Null for a customer of whom the source kept nothing but that it is gone. */
  party: z
    .strictObject({
      name: z.string().min(1),
      identifiers: z.array(z.string().min(1)),
      contacts: z.array(z.strictObject({ type: z.enum(["email", "phone"]), value: z.string() })),
      address: addressPlan,
    })
    .nullable(),
});

const productPlan = z.strictObject({
  kind: z.literal("product"),
  company: recordId,
  code,
  active: z.boolean(),
  name: z.string().min(1),
  description: z.string(),
  unit: recordId,
});

const invoiceLine = z.strictObject({
  account: recordId,
  product: recordId.nullable(),
  unit: recordId.nullable(),
  description: z.string(),
  /** A whole number; with `unitPrice` it makes `amount` exactly, before any rounding. */
  quantity: z.number().int(),
  unitPrice: amount,
  amount,
});

const invoiceTax = z.strictObject({
  account: recordId,
  tax: recordId.nullable(),
  description: z.string(),
  base: amount,
  amount,
});

const invoicePlan = z.strictObject({
  kind: z.literal("invoice"),
  company: recordId,
  reference: code,
  /** Null: Tryton's sequence numbers it. */
  number: z.string().min(1).nullable(),
  description: z.string(),
  party: recordId,
  currency: recordId,
  account: recordId,
  journal: recordId,
  date: day,
  dueDate: day,
  lines: z.array(invoiceLine).min(1),
  taxes: z.array(invoiceTax),
  untaxed: amount,
  tax: amount,
  total: amount,
  against: recordId.nullable(),
});

/** A document that says who the customer is, where the event does not. */
const partyOf = z.strictObject({
  model: z.enum(["account.invoice", "account.move"]),
  id: recordId,
});

const moveLine = z.strictObject({
  account: recordId,
  /** `same`: the move's own party. */
  party: z.union([recordId, z.literal("same")]).nullable(),
  /** In the move's currency; debit above zero, credit below. */
  amount,
  settles: recordId.nullable(),
});

const movePlan = z.strictObject({
  kind: z.literal("move"),
  company: recordId,
  reference: code,
  /** Follows the reference in the description. */
  label: z.string(),
  journal: recordId,
  date: day,
  /** The customer, who must be active; a document that names it; null where it is nobody's. */
  party: z.union([recordId, partyOf]).nullable(),
  currency: recordId,
  /** The company's currency where it is another, and its decimals. */
  convertTo: z
    .strictObject({ currency: recordId, digits: z.number().int().min(0).max(4) })
    .nullable(),
  /** A move whose own line may settle the same already, in whole; then there is nothing to do. */
  unless: z.strictObject({ move: recordId, settles: recordId, amount }).nullable(),
  /** The first line takes what rounding of the conversion leaves. */
  lines: z.array(moveLine).min(2),
});

export const planSchema = z.discriminatedUnion("kind", [
  customerPlan,
  productPlan,
  invoicePlan,
  movePlan,
]);

export type Plan = z.infer<typeof planSchema>;
export type CustomerPlan = z.infer<typeof customerPlan>;
export type ProductPlan = z.infer<typeof productPlan>;
export type InvoicePlan = z.infer<typeof invoicePlan>;
export type MovePlan = z.infer<typeof movePlan>;
export type AddressPlan = z.infer<typeof addressPlan>;
