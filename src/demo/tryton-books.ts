/**
 * The second company's books: a company in a real Tryton database, and the settings of the
 * connection that writes into it. Tryton's record ids differ from database to database, so they
 * are read from the one that was prepared and not written down here.
 *
 * books   how to reach the database, and the numbers of the records that settings name
 */
import { z } from "zod";
import type { Random } from "../kernel/random.ts";
import type { CompanySpec } from "../sandbox/tryton/company-spec.ts";
import { EURO_COMPANY } from "../sandbox/tryton/company-spec.ts";
import { trytonErrors } from "../sandbox/tryton/errors.ts";
import { openTryton } from "../sandbox/tryton/rpc.ts";
import { seedCompany } from "../sandbox/tryton/seed-company.ts";
import type { TrytonAccess } from "../sandbox/tryton/types.ts";
import { addAccountant } from "../sandbox/tryton/users.ts";
import type { DemoEntity } from "./names.ts";
import { DEMO_UK } from "./names.ts";

const recordId = z.int().positive();
const byName = z.record(z.string(), recordId);

export const trytonBooksSchema = z.strictObject({
  url: z.url(),
  database: z.string(),
  /** The product's own user: an accountant, no administrator. */
  user: z.string(),
  password: z.string(),
  company: recordId,
  /** ISO 4217; the company keeps its books in it. */
  currencyCode: z.string(),
  currency: recordId,
  /** By number of the chart. */
  accounts: byName,
  receivable: recordId,
  taxes: byName,
  /** By type. */
  journals: byName,
  unit: recordId,
});

export type TrytonBooks = z.infer<typeof trytonBooksSchema>;

const VAT = "VAT 20%";
const CLEARING = "1120";
const REVENUE = "4800";
const TAX_OWED = "2300";
const USER = "tieout";

/** In pounds; `nowMs` is in the second of its three fiscal years. */
export function britishCompany(nowMs: number): CompanySpec {
  const year = new Date(nowMs).getUTCFullYear();
  return {
    ...EURO_COMPANY,
    name: DEMO_UK.company,
    address: { street: "14 Canal Wharf", city: "Leeds" },
    currency: { code: "GBP", name: "Pound sterling", digits: 2 },
    taxes: [{ name: VAT, rate: "0.20", account: TAX_OWED }],
    years: [year - 1, year, year + 1],
  };
}

/**
 * Makes the company and the product's user in a database where they are missing. `known`: what an
 * earlier call returned; the user's password stays what it was, for hubs that run already have it.
 * Throws E_TRYTON_CALL, E_TRYTON_RECORD_MISSING.
 */
export async function prepareTrytonBooks(
  admin: TrytonAccess,
  known: TrytonBooks | undefined,
  { nowMs, random }: { readonly nowMs: number; readonly random: Random },
): Promise<TrytonBooks> {
  if (known !== undefined) {
    const moved = { ...known, url: admin.url };
    if (await signsIn(moved)) return moved;
  }
  const rpc = await openTryton(admin);
  const spec = britishCompany(nowMs);
  const made = await seedCompany(rpc, spec);
  const unit = await rpc.find("product.uom", [["name", "=", "Unit"]]);
  if (unit === undefined) {
    throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "product.uom", wanted: "Unit" });
  }
  const { company, currency, accounts, receivable, taxes, journals } = made;
  const { url, database, user, password } = await addAccountant(rpc, admin, company, USER, random);
  const access = { url, database, user, password };
  const records = { company, currency, accounts, receivable, taxes, journals, unit };
  return { ...access, currencyCode: spec.currency.code, ...records };
}

function signsIn(books: TrytonBooks): Promise<boolean> {
  return openTryton(books).then(
    () => true,
    () => false,
  );
}

/**
 * In the shape of the Tryton connector's settings. `records`: ids by name; one that is missing is
 * E_TRYTON_RECORD_MISSING, for a connection must not begin without an account that it will name.
 */
export function demoTrytonSettings(books: TrytonBooks, entity: DemoEntity = DEMO_UK) {
  const account = (code: string) => known(books.accounts, "account.account", code);
  const journal = (type: string) => known(books.journals, "account.journal", type);
  return {
    connection: entity.books,
    baseUrl: books.url,
    database: books.database,
    account: "demo-tryton",
    credentials: { user: books.user, password: books.password },
    timeoutMs: 20_000,
    connections: DEMO_TRYTON_SEATS + 1,
    currencies: { [books.currencyCode]: books.currency },
    unit: books.unit,
    entities: {
      [entity.legalEntity]: {
        company: books.company,
        companyCurrency: books.currencyCode,
        receivable: books.receivable,
        journals: {
          revenue: journal("revenue"),
          cash: journal("cash"),
          general: journal("general"),
        },
        clearingAccounts: { [entity.source]: { [books.currencyCode]: account(CLEARING) } },
        // Tryton takes revenue accounts only: what is billed and not yet earned waits on 4800.
        revenueAccounts: { byProduct: {}, others: account(REVENUE) },
        accountsByKind: { discount: account(REVENUE), other: account(REVENUE) },
        taxes: {
          "jurisdiction:United Kingdom": {
            account: account(TAX_OWED),
            tax: known(books.taxes, "account.tax", VAT),
            description: VAT,
          },
        },
      },
    },
    // The server is on this machine, and its own retries end within a second.
    limits: { longestRunMs: 5_000, indexLagMs: 0 },
    observe: { owns: ["invoice" as const, "credit-note" as const] },
    policy: {
      numbers: "source" as const,
      archivedProducts: "keep" as const,
      zeroDocuments: "hold" as const,
    },
  };
}

/** Calls at once: on SQLite the server posts one after another, whatever we ask. */
export const DEMO_TRYTON_SEATS = 4;

function known(ids: Readonly<Record<string, number>>, model: string, wanted: string): number {
  const id = ids[wanted];
  if (id !== undefined) return id;
  throw trytonErrors.E_TRYTON_RECORD_MISSING({ model, wanted });
}
