/** What the books of a company say: balances and the fiscal calendar. Read only. */
import type { Decimal } from "../../kernel/decimal.ts";
import { textAt } from "../kit/answers.ts";
import { trytonErrors } from "./errors.ts";
import type { Reader } from "./reader.ts";
import type { LegalEntitySettings } from "./settings.ts";
import { dateOf, decimalOf, idOf } from "./wire.ts";

export interface AccountBalance {
  readonly account: number;
  readonly name: string;
  readonly code: string | undefined;
  /** Debit above zero, credit below, in the company's currency, over all dates. */
  readonly balance: Decimal;
}

/** Tryton counts drafts of moves too; ours exist only between two calls. */
export async function trytonTrialBalance(
  reader: Reader,
  entity: Pick<LegalEntitySettings, "company">,
): Promise<readonly AccountBalance[]> {
  const rows = await reader.search({
    model: "account.account",
    domain: [
      ["company", "=", entity.company],
      ["type", "!=", null],
    ],
    fields: ["name", "code", "balance"],
    // Without a fiscal year in the context Tryton shows the current one only.
    context: { cumulate: true },
  });
  return rows.map((row) => {
    const account = idOf(row, "id");
    const balance = decimalOf(row, "balance");
    if (account === undefined || balance === undefined) {
      const detail = `a row is not understood: ${JSON.stringify(row)}`;
      throw trytonErrors.E_TRYTON_READ_FAILED({ what: "trial balance", detail });
    }
    return { account, name: textAt(row, "name") ?? "", code: textAt(row, "code"), balance };
  });
}

export interface FiscalPeriod {
  readonly id: number;
  readonly name: string;
  readonly start: string;
  readonly end: string;
  /** `close` may be reopened, `locked` may not. */
  readonly state: "open" | "close" | "locked";
}

export async function trytonPeriods(
  reader: Reader,
  company: number,
): Promise<readonly FiscalPeriod[]> {
  const rows = await reader.search({
    model: "account.period",
    domain: [
      ["company", "=", company],
      ["type", "=", "standard"],
    ],
    fields: ["name", "start_date", "end_date", "state"],
    order: [["start_date", "ASC"]],
  });
  return rows.map((row) => {
    const id = idOf(row, "id");
    const start = dateOf(row, "start_date");
    const end = dateOf(row, "end_date");
    const state = textAt(row, "state");
    const known = state === "open" || state === "close" || state === "locked";
    if (id === undefined || start === undefined || end === undefined || !known) {
      const detail = `a row is not understood: ${JSON.stringify(row)}`;
      throw trytonErrors.E_TRYTON_READ_FAILED({ what: "periods", detail });
    }
    return { id, name: textAt(row, "name") ?? start, start, end, state };
  });
}
