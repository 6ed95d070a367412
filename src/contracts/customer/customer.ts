/** The party that is billed. Names and addresses are personal data. */
import { z } from "zod";
import {
  address,
  currencyCode,
  instantText,
  metadata,
  sourceId,
  taxRegistration,
  text,
} from "../values.ts";

export const customerSchema = z.strictObject({
  id: sourceId,
  name: text.optional(),
  email: text.optional(),
  phone: text.optional(),
  description: text.optional(),
  /** The customer's usual currency, where the source fixes one. */
  currency: currencyCode.optional(),
  addresses: z.array(z.strictObject({ kind: z.enum(["billing", "shipping"]), address })),
  /** Absent: the source did not say; empty: it says there is none. */
  taxRegistrations: z.array(taxRegistration).optional(),
  taxExempt: z.enum(["none", "exempt", "reverse-charge"]).optional(),
  /** The account above this one, where the source keeps a hierarchy. */
  parentId: sourceId.optional(),
  paymentTerms: text.optional(),
  createdAt: instantText,
  metadata,
});

export type Customer = z.infer<typeof customerSchema>;

/** Sources keep nothing but the id of a deleted customer. */
export const customerDeletedSchema = z.strictObject({ id: sourceId });

export type CustomerDeleted = z.infer<typeof customerDeletedSchema>;

export const customerPersonal = {
  name: "name",
  email: "email",
  phone: "phone",
  description: "free-text",
  addresses: "address",
  taxRegistrations: "tax-id",
  metadata: "free-text",
} as const;

export const customerClear = { paymentTerms: "terms of trade, the same for many" } as const;
