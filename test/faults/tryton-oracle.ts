/**
 * What holds in Tryton besides the documents themselves: nothing of ours is left half done, and
 * every invoice is open by what Stripe says is left of it.
 */
import { parseMoney } from "../../src/kernel/money.ts";
import type { InvoiceRecord } from "../../src/sandbox/stripe/records.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import type { SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import { listInvoices } from "../../src/sandbox/tryton/inspect.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import type { Difference, Judgement } from "./oracle.ts";
import { recordsOf } from "./oracle.ts";

export async function judgeStanding(
  rpc: TrytonRpc,
  seeded: SeededCompany,
  world: StripeWorld,
): Promise<Judgement> {
  const differences: Difference[] = [];
  const differ = (what: string, object: string, detail: string): void => {
    differences.push({ what, object, detail });
  };
  const invoices = await listInvoices(rpc, seeded.company);
  for (const { id, state, number, reference } of invoices) {
    if (state === "posted" || state === "paid") continue;
    differ("sales document that is not posted", "", `${id} ${number ?? reference}: ${state}`);
  }
  const own = [["company", "=", seeded.company]];
  const moves = await rpc.list("account.move", own, ["state", "description"]);
  for (const { id, ...move } of moves) {
    if (move["state"] === "posted") continue;
    differ("move that is not posted", "", `${id} ${String(move["description"])}`);
  }
  const byNumber = new Map(invoices.map((one) => [one.number, one]));
  const finalized = recordsOf<InvoiceRecord>(world, "invoice").filter(
    (one) => one.number !== null && one.total > 0,
  );
  for (const invoice of finalized) {
    const there = byNumber.get(invoice.number);
    if (there === undefined) continue;
    const left = invoice.status === "open" ? invoice.amount_remaining : 0;
    const due = parseMoney({ amount: there.due, currency: there.currency }).minor;
    const state = left === 0 ? "paid" : "posted";
    if (due === BigInt(left) && there.state === state) continue;
    const told = `${there.id} is ${there.state} with ${due} open, expected ${state} with ${left}`;
    differ("invoice is not open by what is left of it", invoice.id, told);
  }
  return { differences, looked: { "moves in Tryton": moves.length } };
}
