/** The few fields of Stripe's objects that the story and its answer key read. */
import { z } from "zod";

export const namedShape = z.object({ id: z.string() });

const seconds = z.int();
const amount = z.int();

export const lineShape = z.object({
  id: z.string(),
  amount,
  quantity: z.int().nullable(),
  taxes: z.array(z.object({ amount, tax_behavior: z.string() })),
  discount_amounts: z.array(z.object({ amount })),
  pricing: z.object({ price_details: z.object({ product: z.string() }).optional() }).nullable(),
});

export const invoiceShape = z.object({
  id: z.string(),
  customer: z.string(),
  number: z.string().nullable(),
  status: z.enum(["draft", "open", "paid", "void", "uncollectible"]),
  currency: z.string(),
  total: amount,
  amount_remaining: amount,
  effective_at: seconds.nullable(),
  status_transitions: z.object({ finalized_at: seconds.nullable() }),
  total_taxes: z.array(
    z.object({ amount, tax_rate_details: z.object({ tax_rate: z.string() }).nullable() }),
  ),
  lines: z.object({ data: z.array(lineShape), has_more: z.literal(false) }),
});
export type InvoiceShape = z.infer<typeof invoiceShape>;

export const creditNoteShape = z.object({
  id: z.string(),
  number: z.string(),
  created: seconds,
  currency: z.string(),
  total: amount,
});

export const intentShape = z.object({
  id: z.string(),
  created: seconds,
  status: z.string(),
  currency: z.string(),
  amount_received: amount,
});

export const invoicePaymentShape = z.object({
  id: z.string(),
  status: z.string(),
  payment: z.object({ payment_intent: z.string() }),
});

export const endpointShape = z.object({
  id: z.string(),
  url: z.string(),
  secret: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
});
export type EndpointShape = z.infer<typeof endpointShape>;

export const eventShape = z.object({ id: z.string(), type: z.string(), created: seconds });
export const customerShape = z.object({ id: z.string(), name: z.string() });
export const productShape = z.object({ id: z.string(), name: z.string(), active: z.boolean() });
export const taxRateShape = z.object({ id: z.string(), jurisdiction: z.string().nullable() });
