/**
 * A Tryton server of the test file's own, with a company in dollars, and what the connector's
 * settings need to know of it. Euros have a rate there, pounds have none.
 */
import { inject } from "vitest";
import { EURO_COMPANY } from "../../src/sandbox/tryton/company-spec.ts";
import type { TrytonSettings as ServerSettings } from "../../src/sandbox/tryton/folder.ts";
import type { TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import { openTryton } from "../../src/sandbox/tryton/rpc.ts";
import { seedCompany } from "../../src/sandbox/tryton/seed-company.ts";
import type { RunningTryton } from "../../src/sandbox/tryton/start-tryton.ts";
import { startTryton } from "../../src/sandbox/tryton/start-tryton.ts";
import type { TrytonAccess } from "../../src/sandbox/tryton/types.ts";
import { trytonDate, trytonDecimal } from "../../src/sandbox/tryton/values.ts";
import { ownTryton } from "../support/tryton-room.ts";

export interface TrytonGround {
  readonly server: RunningTryton;
  readonly access: TrytonAccess;
  /** The books' administrator, who does what a person does. */
  readonly person: TrytonRpc;
  readonly company: number;
  readonly companyCurrency: string;
  readonly currencies: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<"receivable" | "cash" | "revenue" | "tax", number>>;
  readonly journals: Readonly<Record<"revenue" | "cash" | "general", number>>;
  readonly unit: number;
}

const DOLLAR_COMPANY = {
  ...EURO_COMPANY,
  name: "Tieout Demo Inc",
  currency: { code: "USD", name: "US Dollar", digits: 2 },
};

export async function startGround(settings?: ServerSettings): Promise<TrytonGround> {
  const server = await startTryton(ownTryton(settings));
  const person = await openTryton(server.access);
  const seeded = await seedCompany(person, DOLLAR_COMPANY);
  const rates = [["create", [{ date: trytonDate("2020-01-01"), rate: trytonDecimal("0.9") }]]];
  const currency = (code: string, more: object) =>
    person.create("currency.currency", {
      name: code,
      code,
      symbol: code,
      digits: 2,
      rounding: trytonDecimal("0.01"),
      ...more,
    });
  const account = (code: string) => known(`account ${code}`, seeded.accounts[code]);
  const journal = (type: string) => known(`journal ${type}`, seeded.journals[type]);
  return {
    server,
    access: server.access,
    person,
    company: seeded.company,
    companyCurrency: "USD",
    currencies: {
      USD: seeded.currency,
      EUR: await currency("EUR", { rates }),
      GBP: await currency("GBP", {}),
    },
    accounts: {
      receivable: seeded.receivable,
      cash: account("1120"),
      revenue: account("4000"),
      tax: account("2300"),
    },
    journals: {
      revenue: journal("revenue"),
      cash: journal("cash"),
      general: journal("general"),
    },
    unit: known("unit", await person.find("product.uom", [["name", "=", "Unit"]])),
  };
}

function known(what: string, id: number | undefined): number {
  if (id === undefined) throw new Error(`no ${what}`);
  return id;
}

export function onSqlite(): boolean {
  return inject("tryton").database.kind === "sqlite";
}
