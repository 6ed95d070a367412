/** A charge is also embedded in its payment intent (old shapes); both change together. */
import type { Draft } from "../draft.ts";
import type { ChargeRecord } from "../payment-records.ts";

export function replaceCharge(draft: Draft, charge: ChargeRecord): ChargeRecord {
  const intent =
    charge.payment_intent === null
      ? undefined
      : draft.find("payment_intent", charge.payment_intent);
  if (intent !== undefined) {
    const charges = intent.charges.map((one) => (one.id === charge.id ? charge : one));
    draft.put({ ...intent, charges });
  }
  // Put last: an event on the charge compares with the charge before this put.
  return draft.put(charge);
}
