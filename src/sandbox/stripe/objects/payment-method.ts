/**
 * Payment methods: only the test cards, which stand for what happens when they are charged.
 * Source: Stripe documentation, "Test card numbers".
 */
import type { Draft } from "../draft.ts";
import { missing } from "../errors.ts";
import type { PaymentMethodRecord } from "../payment-records.ts";

type Card = Pick<PaymentMethodRecord, "behavior" | "last4">;

const TEST_CARDS: Readonly<Record<string, Card>> = {
  pm_card_visa: { behavior: "pays", last4: "4242" },
  pm_card_mastercard: { behavior: "pays", last4: "4444" },
  pm_card_chargeDeclined: { behavior: "declines", last4: "0002" },
  pm_card_visa_chargeDeclined: { behavior: "declines", last4: "0002" },
  pm_card_chargeDeclinedInsufficientFunds: { behavior: "insufficient_funds", last4: "9995" },
  pm_card_visa_chargeDeclinedInsufficientFunds: { behavior: "insufficient_funds", last4: "9995" },
  pm_card_chargeCustomerFail: { behavior: "declines", last4: "0341" },
  pm_card_createDispute: { behavior: "disputed", last4: "0259" },
};

/** The method by id, or a new one made from a test card's name, tied to the customer. */
export function takePaymentMethod(
  draft: Draft,
  id: string,
  customer: string | null,
): PaymentMethodRecord {
  const known = draft.find("payment_method", id);
  if (known !== undefined) {
    return known.customer === customer ? known : draft.put({ ...known, customer });
  }
  const card = Object.hasOwn(TEST_CARDS, id) ? TEST_CARDS[id] : undefined;
  if (card === undefined) throw missing("PaymentMethod", id, "payment_method");
  return draft.put<PaymentMethodRecord>({
    object: "payment_method",
    id: draft.id("pm"),
    created: draft.now,
    customer,
    ...card,
    metadata: {},
  });
}
