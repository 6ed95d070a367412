/** Fiscal years, their periods and the sequences that number documents in them. */
import type { TrytonRpc } from "./rpc.ts";
import { trytonDate } from "./values.ts";

/**
 * One calendar year with twelve periods. Invoices and credit notes have a strict (gapless)
 * sequence each; entries have one of their own. Does nothing when the year is there.
 */
export async function seedYear(rpc: TrytonRpc, company: number, year: number): Promise<void> {
  const own = ["company", "=", company];
  const name = String(year);
  const known = await rpc.find("account.fiscalyear", [own, ["name", "=", name]]);
  const id = known ?? (await createYear(rpc, company, name));
  const period = await rpc.find("account.period", [["fiscalyear", "=", id]]);
  // A year without periods is what an interrupted call leaves behind.
  if (period === undefined) await rpc.call("model.account.fiscalyear.create_period", [id]);
}

async function createYear(rpc: TrytonRpc, company: number, name: string): Promise<number> {
  const sequence = async (
    kind: "ir.sequence" | "ir.sequence.strict",
    type: string,
    label: string,
  ) =>
    rpc.create(kind, {
      name: label,
      company,
      sequence_type: await rpc.find("ir.sequence.type", [["name", "=", type]]),
    });
  const entries = await sequence("ir.sequence", "Account Move", name);
  const invoices = await sequence("ir.sequence.strict", "Invoice", name);
  const credits = await sequence("ir.sequence.strict", "Invoice", `${name} credit notes`);
  const bought = await sequence("ir.sequence.strict", "Invoice", `${name} suppliers`);
  const numbering = {
    company,
    out_invoice_sequence: invoices,
    out_credit_note_sequence: credits,
    in_invoice_sequence: bought,
    in_credit_note_sequence: bought,
  };
  return rpc.create("account.fiscalyear", {
    name,
    company,
    start_date: trytonDate(`${name}-01-01`),
    end_date: trytonDate(`${name}-12-31`),
    post_move_sequence: entries,
    invoice_sequences: [["create", [numbering]]],
  });
}
