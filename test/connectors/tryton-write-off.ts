/** What a person does in Tryton about exchange rates, through what its client's windows call. */
import { trytonDate, trytonDecimal } from "../../src/sandbox/tryton/values.ts";
import type { TrytonGround } from "./tryton-ground.ts";

/** Euros per dollar from a day on; a rate of that day is replaced. */
export async function setRate({ person, currencies }: TrytonGround, day: string, text: string) {
  const model = "currency.currency.rate";
  const currency = currencies["EUR"];
  const [date, rate] = [trytonDate(day), trytonDecimal(text)];
  const found = await person.find(model, [
    ["currency", "=", currency],
    ["date", "=", date],
  ]);
  if (found === undefined) await person.create(model, { currency, date, rate });
  else await person.call(`model.${model}.write`, [found], { rate });
}

/**
 * *Reconcile Lines* over the receivable lines of invoices, with a write-off method for what is
 * over; then the entry that it leaves as a draft is posted.
 */
export async function reconcileByHand(ground: TrytonGround, invoices: readonly number[]) {
  const { person, accounts, company } = ground;
  const lines = await person.list(
    "account.move.line",
    [
      ["account", "=", accounts.receivable],
      ["move.origin.id", "in", invoices, "account.invoice"],
    ],
    ["move"],
  );
  const active_ids = lines.map((line) => line.id);
  const context = { active_model: "account.move.line", active_ids, active_id: active_ids[0] };
  const wizard = async <T>(step: string, args: readonly unknown[]): Promise<T> => {
    const method = `wizard.account.move.reconcile_lines.${step}`;
    const answer = await person.attempt<T>(method, args, context);
    if (!answer.ok) throw new Error(answer.refusal.text);
    return answer.value;
  };
  const method = await writeOff(ground);
  const form = {
    company,
    writeoff: method,
    date: trytonDate("2026-02-10"),
    description: "exchange difference",
  };
  const [session, start] = await wizard<[number, string]>("create", []);
  await wizard("execute", [session, {}, start]);
  await wizard("execute", [session, { writeoff: form }, "reconcile"]);
  await wizard("delete", [session]);
  const moves = await person.list("account.move", [["description", "=", form.description]], []);
  await person.call(
    "model.account.move.post",
    moves.map(({ id }) => id),
  );
}

/** A journal of its type and a write-off method for exchange differences. */
async function writeOff({ person, accounts, company }: TrytonGround): Promise<number> {
  const [general] = await person.list("account.journal", [["type", "=", "general"]], ["sequence"]);
  const journal = await person.create("account.journal", {
    name: "Exchange",
    code: "EXC",
    type: "write-off",
    sequence: general?.["sequence"],
  });
  return person.create("account.move.reconcile.write_off", {
    name: "Exchange differences",
    company,
    journal,
    debit_account: accounts.revenue,
    credit_account: accounts.revenue,
  });
}
