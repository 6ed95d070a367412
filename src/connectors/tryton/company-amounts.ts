/**
 * The amounts of a move's lines in the company's currency.
 *
 * What settles an invoice is converted at the invoice's own rate, so that a payment in full makes
 * it zero in both currencies. At the day's rate Tryton would refuse it where the rate has risen
 * ("can not be greater than the invoice amount") and leave a rest where it has fallen. What pays
 * nothing is converted at the day's rate; the first line takes what balances the others. An
 * exchange difference shows where the money is drawn from the first line's account.
 */
import type { Decimal } from "../../kernel/decimal.ts";
import { addDecimal, divideDecimal, multiplyDecimal, parseDecimal } from "../../kernel/decimal.ts";
import { openAmounts } from "./open-items.ts";
import type { MovePlan } from "./plan.ts";
import type { Reader } from "./reader.ts";
import { wireDate } from "./wire.ts";

const ZERO = parseDecimal("0");

/** One for each line of the plan, in its order; together zero. */
export async function companyAmounts(plan: MovePlan, reader: Reader): Promise<readonly Decimal[]> {
  if (plan.convertTo === null) return plan.lines.map((line) => parseDecimal(line.amount));
  const converted: Decimal[] = [];
  for (const line of plan.lines.slice(1)) converted.push(await convert(plan, line, reader));
  const rest = converted.reduce((sum, amount) => addDecimal(sum, amount), ZERO);
  return [multiplyDecimal(rest, parseDecimal("-1")), ...converted];
}

async function convert(
  plan: MovePlan,
  line: MovePlan["lines"][number],
  reader: Reader,
): Promise<Decimal> {
  const { currency, digits } = plan.convertTo ?? { currency: plan.currency, digits: 2 };
  const amount = parseDecimal(line.amount);
  const open = line.settles === null ? undefined : await openAmounts(reader, line.settles);
  if (open !== undefined && open.second !== "0") {
    return divideDecimal(multiplyDecimal(open.company, amount), open.second, digits);
  }
  const context = { date: wireDate(plan.date) };
  return parseDecimal(await reader.convert(plan.currency, amount, currency, context));
}
