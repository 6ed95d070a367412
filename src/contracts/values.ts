/**
 * The values that every contract is made of.
 *
 * money        `{"amount":"1234.50","currency":"EUR"}`, exactly the currency's digits
 * decimal      an exact decimal in canonical form: no exponent, no plus, no trailing zeros
 * source id    an identifier as the source writes it, case and all
 * date         a business date, derived in the zone that the document names
 * instant      a point in time, UTC with milliseconds
 * percent      a rate in per cent: "19" is 19 %
 */
import { z } from "zod";
import { isCurrency, minorDigits } from "../kernel/currency.ts";

/** No UTF-16 half without its other half: PostgreSQL and UTF-8 refuse it. */
const WELL_FORMED = /^\P{Cs}*$/u;

export const sourceId = z.string().min(1).max(255).regex(WELL_FORMED);

/** Free text of a document: a name, a description, a memo. Never interpreted. */
export const text = z.string().max(20_000).regex(WELL_FORMED);

export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine(isCurrency, { message: "is not an ISO 4217 currency we know" });

/** What an amount looks like to others; how many digits it has is its currency's business. */
const AMOUNT = "^-?(0|[1-9][0-9]{0,23})(\\.[0-9]{1,4})?$";
const LONGEST_AMOUNT = 30;

/**
 * True for an amount with exactly its currency's digits. By hand, not by patterns: an invoice holds
 * dozens of amounts and intake checks thousands of invoices a second.
 */
function isCanonicalMoney(value: { amount: string; currency: string }): boolean {
  const { amount, currency } = value;
  if (!isCurrency(currency) || amount.length > LONGEST_AMOUNT) return false;
  const decimals = minorDigits(currency);
  const point = decimals === 0 ? amount.length : amount.length - decimals - 1;
  const first = amount.charCodeAt(0) === 45 ? 1 : 0;
  if (point <= first || (amount.charCodeAt(first) === 48 && point > first + 1)) return false;
  let anything = first === 0;
  for (let i = first; i < amount.length; i += 1) {
    const c = amount.charCodeAt(i);
    if (i === point) {
      if (c !== 46) return false;
    } else if (c < 48 || c > 57) return false;
    else if (c > 48) anything = true;
  }
  return anything;
}

export const moneyValue = z
  .strictObject({
    amount: z.string().meta({ pattern: AMOUNT }),
    currency: z.string().meta({ pattern: "^[A-Z]{3}$" }),
  })
  .refine(isCanonicalMoney, {
    message: "is not an amount with exactly the digits of a currency we know",
  });

export const decimalText = z.string().regex(/^(?!-0$)-?(0|[1-9]\d{0,29})(\.\d{0,29}[1-9])?$/);

/** A day that the calendar has: no 29 February off leap years. */
export const businessDate = z.iso.date();

/** Exactly the form that kernel/clock.ts writes. */
export const instantText = z.iso.datetime({ precision: 3 });

export const timeZone = z.string().regex(/^[A-Za-z0-9_+\-/]{1,64}$/);

export const countryCode = z.string().regex(/^[A-Z]{2}$/);

/** The source's own key–value notes on an object; mappings may read them, nothing else does. */
export const metadata = z.record(z.string().max(255), text);

/** First and last day of service, both included; in the document's zone. */
export const servicePeriod = z.strictObject({ start: businessDate, end: businessDate });

export type ServicePeriod = z.infer<typeof servicePeriod>;

export const address = z.strictObject({
  line1: text.optional(),
  line2: text.optional(),
  city: text.optional(),
  region: text.optional(),
  postalCode: text.optional(),
  country: countryCode.optional(),
});

export type Address = z.infer<typeof address>;

/** A registration for tax: `kind` is the source's word for the scheme (`eu_vat`). */
export const taxRegistration = z.strictObject({
  kind: z.string().min(1).max(64),
  value: z.string().min(1).max(64),
});
