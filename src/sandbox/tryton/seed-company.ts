import type { CompanySpec, SeededCompany } from "./company-spec.ts";
import { trytonErrors } from "./errors.ts";
import type { TrytonRpc } from "./rpc.ts";
import { accountOfType, seedChart, seedTaxes } from "./seed-accounts.ts";
import { seedYear } from "./seed-calendar.ts";
import { trytonDate, trytonDecimal } from "./values.ts";

/**
 * Makes the company where it is missing and returns its ids. A second call with the same
 * specification makes nothing; what an interrupted call left out is made up. Everything is found
 * by name or code, so renaming something in Tryton makes it anew. Throws E_TRYTON_CALL.
 *
 * The user's own company is set to this one: Tryton reads and numbers by the user's company.
 */
export async function seedCompany(rpc: TrytonRpc, spec: CompanySpec): Promise<SeededCompany> {
  const currency = await seedCurrency(rpc, spec.currency);
  const company = await seedEntity(rpc, spec, currency);
  const accounts = await seedChart(rpc, company, spec);
  const taxes = await seedTaxes(rpc, company, spec, accounts);
  for (const year of spec.years) await seedYear(rpc, company, year);
  const journals = await journalsByType(rpc);
  const paymentTerm = await seedPaymentTerm(rpc, spec.paymentDays);
  const paymentMethod = await seedPaymentMethod(rpc, company, spec, accounts, journals);
  const category = await seedCategory(rpc, spec, accounts);
  const receivable = await accountOfType(rpc, company, "receivable");
  if (receivable === undefined) {
    throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "account.account", wanted: "receivable" });
  }
  const sales = { paymentTerm, paymentMethod, category, journals };
  return { company, currency, accounts, receivable, taxes, ...sales };
}

async function seedCurrency(rpc: TrytonRpc, spec: CompanySpec["currency"]): Promise<number> {
  const { code, name, digits } = spec;
  const known = await rpc.find("currency.currency", [["code", "=", code]]);
  if (known !== undefined) return known;
  const rounding = digits === 0 ? "1" : `0.${"1".padStart(digits, "0")}`;
  // A company's own currency has the rate 1, from before anything was booked.
  const rates = [["create", [{ date: trytonDate("2000-01-01"), rate: trytonDecimal("1") }]]];
  const numbers = { digits, rounding: trytonDecimal(rounding) };
  return rpc.create("currency.currency", { name, code, symbol: code, ...numbers, rates });
}

async function seedEntity(rpc: TrytonRpc, spec: CompanySpec, currency: number): Promise<number> {
  const known = await rpc.find("company.company", [["party.name", "=", spec.name]]);
  const company = known ?? (await createEntity(rpc, spec, currency));
  if (rpc.context()["company"] !== company) {
    const own = { companies: [["add", [company]]], company };
    await rpc.call("model.res.user.write", [rpc.userId], own);
    await rpc.refresh();
  }
  return company;
}

async function createEntity(
  rpc: TrytonRpc,
  { name, address }: CompanySpec,
  currency: number,
): Promise<number> {
  const addresses = [["create", [address]]];
  const party = await rpc.create("party.party", { name, addresses });
  // Otherwise a posted invoice cannot be cancelled at all, and people do cancel.
  const company = { party, currency, cancel_invoice_out: true };
  return rpc.create("company.company", company);
}

async function journalsByType(rpc: TrytonRpc): Promise<Record<string, number>> {
  const rows = await rpc.list("account.journal", [], ["type"]);
  return Object.fromEntries(rows.map((row) => [String(row["type"]), row.id]));
}

async function seedPaymentTerm(rpc: TrytonRpc, days: number): Promise<number> {
  const name = `Net ${days}`;
  const model = "account.invoice.payment_term";
  const line = { type: "remainder", relativedeltas: [["create", [{ days }]]] };
  return (
    (await rpc.find(model, [["name", "=", name]])) ??
    (await rpc.create(model, { name, lines: [["create", [line]]] }))
  );
}

async function seedPaymentMethod(
  rpc: TrytonRpc,
  company: number,
  { gateway }: CompanySpec,
  accounts: Readonly<Record<string, number>>,
  journals: Readonly<Record<string, number>>,
): Promise<number> {
  const model = "account.invoice.payment.method";
  const domain = [
    ["company", "=", company],
    ["name", "=", gateway.name],
  ];
  const account = accounts[gateway.account];
  const sides = { credit_account: account, debit_account: account };
  return (
    (await rpc.find(model, domain)) ??
    (await rpc.create(model, { name: gateway.name, company, journal: journals["cash"], ...sides }))
  );
}

async function seedCategory(
  rpc: TrytonRpc,
  { category }: CompanySpec,
  accounts: Readonly<Record<string, number>>,
): Promise<number> {
  const { name, revenue } = category;
  const domain = [
    ["name", "=", name],
    ["accounting", "=", true],
  ];
  return (
    (await rpc.find("product.category", domain)) ??
    (await rpc.create("product.category", {
      name,
      accounting: true,
      account_revenue: accounts[revenue],
    }))
  );
}
