/** Changes of the Stripe balance: every movement of money writes one, in settlement currency. */
import { multiplyDecimal, parseDecimal } from "../../../kernel/decimal.ts";
import { percentOf, stripeDigits, timesDecimal } from "../amounts.ts";
import type { Draft } from "../draft.ts";
import type { BalanceTransactionRecord } from "../payment-records.ts";

export interface Movement {
  /** In the currency of the charge; negative when money leaves. */
  readonly amount: number;
  readonly currency: string;
  /** Fee in the settlement currency: a fixed amount, or the card fee. */
  readonly fee: number | "card";
  readonly type: string;
  readonly reporting_category: string;
  readonly source: string;
  readonly description: string | null;
  readonly at: number;
  /** Seconds until it is available; default: the account's delay. */
  readonly after?: number;
}

export function recordMovement(draft: Draft, movement: Movement): BalanceTransactionRecord {
  const { amount, currency, rate } = settle(draft, movement.amount, movement.currency);
  const { percent, fixed } = draft.settings.fee;
  const fee = movement.fee === "card" ? percentOf(amount, percent) + fixed : movement.fee;
  return draft.put<BalanceTransactionRecord>({
    object: "balance_transaction",
    id: draft.id("txn"),
    created: movement.at,
    amount,
    currency,
    fee,
    net: amount - fee,
    exchange_rate: rate,
    type: movement.type,
    reporting_category: movement.reporting_category,
    source: movement.source,
    description: movement.description,
    available_on: movement.at + (movement.after ?? draft.settings.availableAfter),
    payout: null,
  });
}

/** Converts when the account settles this currency in another one. */
function settle(
  draft: Draft,
  amount: number,
  currency: string,
): { amount: number; currency: string; rate: string | null } {
  const { settlement } = draft.settings;
  const rate = settlement?.rates[currency];
  if (settlement === null || rate === undefined || currency === settlement.currency) {
    return { amount, currency, rate: null };
  }
  const shift = stripeDigits(settlement.currency) - stripeDigits(currency);
  const scale = shift >= 0 ? `1${"0".repeat(shift)}` : `0.${"0".repeat(-shift - 1)}1`;
  const factor = multiplyDecimal(parseDecimal(rate), parseDecimal(scale));
  return { amount: timesDecimal(amount, factor), currency: settlement.currency, rate };
}
