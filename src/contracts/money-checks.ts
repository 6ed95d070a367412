/** Checks of money facts that are no documents: payments, refunds, allocations, disputes. */
import type { MoneyWire } from "../kernel/money.ts";
import type { Allocation } from "./allocation/allocation.ts";
import type { Problem } from "./contract.ts";
import type { Dispute } from "./dispute/dispute.ts";
import type { Payment } from "./payment/payment.ts";
import { problem } from "./problem.ts";
import type { Refund } from "./refund/refund.ts";

function minorOf(value: MoneyWire): bigint {
  return BigInt(value.amount.replace(".", ""));
}

function isNegative(value: MoneyWire): boolean {
  return value.amount.startsWith("-");
}

function notNegative(value: MoneyWire, path: string): Problem[] {
  if (!isNegative(value)) return [];
  const rule = "the direction is in the type of the event, never in the sign";
  return [problem("E_CONTRACT_SIGN", path, { path, found: value.amount, rule })];
}

function sameCurrency(value: MoneyWire, expected: MoneyWire, path: string): Problem[] {
  if (value.currency === expected.currency) return [];
  const details = { path, found: value.currency, expected: expected.currency };
  return [problem("E_CONTRACT_CURRENCY_MIXED", path, details)];
}

export function checkAllocation(allocation: Allocation): Problem[] {
  const problems = notNegative(allocation.amount, "amount");
  for (const part of ["discount", "withholding", "writeOff"] as const) {
    const value = allocation[part];
    if (value !== undefined) problems.push(...sameCurrency(value, allocation.amount, part));
  }
  return problems;
}

/** Allocations are in the payment's currency and never more than it. */
export function checkPayment(payment: Payment): Problem[] {
  const problems = notNegative(payment.amount, "amount");
  let allocated = 0n;
  for (let i = 0; i < payment.allocations.length; i += 1) {
    const allocation = payment.allocations[i];
    if (allocation === undefined) continue;
    problems.push(...sameCurrency(allocation.amount, payment.amount, `allocations.${i}.amount`));
    allocated += minorOf(allocation.amount);
  }
  if (allocated > minorOf(payment.amount)) {
    const rule = "less than what it is allocated to";
    const details = { path: "amount", found: payment.amount.amount, rule };
    problems.push(problem("E_CONTRACT_SIGN", "amount", details));
  }
  return problems;
}

export function checkRefund(refund: Refund): Problem[] {
  return notNegative(refund.amount, "amount");
}

/** A withdrawal takes from our balance, a reinstatement gives back; net = amount − fee. */
export function checkDispute(dispute: Dispute): Problem[] {
  const problems = notNegative(dispute.amount, "amount");
  for (let i = 0; i < dispute.movements.length; i += 1) {
    const movement = dispute.movements[i];
    if (movement === undefined) continue;
    const path = `movements.${i}`;
    problems.push(...sameCurrency(movement.fee, movement.amount, `${path}.fee`));
    problems.push(...sameCurrency(movement.net, movement.amount, `${path}.net`));
    const net = minorOf(movement.amount) - minorOf(movement.fee);
    if (net !== minorOf(movement.net)) {
      const rule = "not the amount less the fee";
      const details = { path: `${path}.net`, found: movement.net.amount, rule };
      problems.push(problem("E_CONTRACT_SIGN", details.path, details));
    }
    if (isNegative(movement.amount) !== (movement.kind === "withdrawal")) {
      const rule = "a withdrawal is below zero, a reinstatement is not";
      const details = { path: `${path}.amount`, found: movement.amount.amount, rule };
      problems.push(problem("E_CONTRACT_SIGN", details.path, details));
    }
  }
  return problems;
}
