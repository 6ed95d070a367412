/** Customers: their last state, and that no older state was ever written over a newer one. */
import type { CustomerRecord } from "../../src/sandbox/stripe/records.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import type { Books, LiveRecord } from "./books.ts";
import type { Difference, Judgement } from "./oracle.ts";
import { recordsOf } from "./oracle.ts";

/** A customer is found by the address for mail, which the shop never changes. */
export function judgeCustomers(world: StripeWorld, books: Books): Judgement {
  const differences: Difference[] = [];
  const byEmail = new Map<string, LiveRecord[]>();
  for (const record of books.of("customer")) {
    const email = String(record.body["email"]);
    byEmail.set(email, [...(byEmail.get(email) ?? []), record]);
  }
  const names = namesInOrder(world);
  const customers = recordsOf<CustomerRecord>(world, "customer");
  let updates = 0;
  for (const customer of customers) {
    const found = byEmail.get(customer.email ?? "") ?? [];
    const [record] = found;
    if (record === undefined || found.length > 1) {
      const detail = `${found.length} in ${books.system}, one expected`;
      differences.push({ what: "customer", object: customer.id, detail });
      continue;
    }
    updates += record.history.length - 1;
    differences.push(...lastState(customer, record));
    differences.push(...steps(customer, record, names.get(customer.id) ?? []));
  }
  const looked = { customers: customers.length, "updates of customers": updates };
  return { differences, looked };
}

function lastState(customer: CustomerRecord, record: LiveRecord): Difference[] {
  const address = record.sublists["addressBook"]?.[0];
  const shown = JSON.stringify(address ?? {});
  const line1 = customer.address?.line1 ?? "";
  const sameName = record.body["companyName"] === customer.name;
  if (sameName && shown.includes(JSON.stringify(line1))) return [];
  const detail = `${record.id}: ${record.body["companyName"]}, ${shown}; Stripe: ${customer.name}, ${line1}`;
  return [{ what: "customer is not what Stripe says last", object: customer.id, detail }];
}

/**
 * The same state may be written twice; a step back may not. Stripe's times are whole seconds: of
 * two states of one second nobody can say at once which is newer, so among them only the last
 * state counts, which `lastState` compares.
 */
function steps(
  customer: CustomerRecord,
  record: LiveRecord,
  states: readonly NamedState[],
): Difference[] {
  let reached = Number.NEGATIVE_INFINITY;
  let name = "";
  for (const body of record.history) {
    const written = String(body["companyName"]);
    const second = states.findLast((one) => one.name === written)?.second;
    if (second === undefined || second < reached) {
      const detail = `${record.id}: ${written} after ${name}`;
      return [{ what: "older state over a newer one", object: customer.id, detail }];
    }
    reached = second;
    name = written;
  }
  return [];
}

interface NamedState {
  readonly name: string;
  readonly second: number;
}

/** Every name that a customer bore, in Stripe's order, with the second of Stripe's clock. */
function namesInOrder(world: StripeWorld): Map<string, NamedState[]> {
  const names = new Map<string, NamedState[]>();
  for (const entry of world.journal.entries()) {
    if (entry.kind !== "operation") continue;
    for (const change of entry.changes) {
      if (!("put" in change) || change.put.object !== "customer") continue;
      const { id, name } = change.put;
      const list = names.get(id) ?? [];
      const state = { name: name ?? "", second: Math.floor(entry.at / 1000) };
      if (list.at(-1)?.name !== name) list.push(state);
      names.set(id, list);
    }
  }
  return names;
}
