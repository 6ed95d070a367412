/** Chart of accounts and taxes. Everything is looked for before it is made. */
import type { AccountKind, CompanySpec } from "./company-spec.ts";
import { trytonErrors } from "./errors.ts";
import type { TrytonRpc } from "./rpc.ts";
import { trytonDecimal } from "./values.ts";

/** The minimal chart's own names of account types. */
const TYPE_TEMPLATES: Readonly<Record<AccountKind, string>> = {
  asset: "account_type_template_asset_current_en",
  cash: "account_type_template_asset_current_cash_en",
  liability: "account_type_template_liability_current_en",
  tax: "account_type_template_liability_current_tax_en",
  revenue: "account_type_template_revenue_en",
  expense: "account_type_template_expense_en",
};

/** As below; undefined where the module is not activated. */
export async function findDataId(
  rpc: TrytonRpc,
  module: string,
  name: string,
): Promise<number | undefined> {
  const domain = [
    ["module", "=", module],
    ["fs_id", "=", name],
  ];
  const id = (await rpc.list("ir.model.data", domain, ["db_id"]))[0]?.["db_id"];
  return typeof id === "number" ? id : undefined;
}

/** The id behind a name that a module's data files gave. Throws E_TRYTON_RECORD_MISSING. */
export async function dataId(rpc: TrytonRpc, module: string, name: string): Promise<number> {
  const id = await findDataId(rpc, module, name);
  if (id !== undefined) return id;
  throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "ir.model.data", wanted: name });
}

/** Accounts by code, of one company. */
export async function seedChart(
  rpc: TrytonRpc,
  company: number,
  spec: CompanySpec,
): Promise<Record<string, number>> {
  if ((await accountOfType(rpc, company, "receivable")) === undefined) {
    await createChart(rpc, company);
  }
  const own = ["company", "=", company];
  const accounts: Record<string, number> = {};
  for (const [name, code] of Object.entries(spec.codes)) {
    const known = await rpc.find("account.account", [own, ["code", "=", code]]);
    const id = known ?? (await rpc.find("account.account", [own, ["name", "=", name]]));
    if (id === undefined) {
      throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "account.account", wanted: name });
    }
    if (known === undefined) {
      // Without the override an update of the chart would take our number away again.
      await rpc.call("model.account.account.write", [id], { template_override: true, code });
    }
    accounts[code] = id;
  }
  const parent = await rpc.find("account.account", [own, ["parent", "=", null]]);
  for (const { code, name, kind } of spec.accounts) {
    const known = await rpc.find("account.account", [own, ["code", "=", code]]);
    const type = await typeOf(rpc, company, kind);
    accounts[code] =
      known ?? (await rpc.create("account.account", { code, name, company, parent, type }));
  }
  return accounts;
}

export function accountOfType(
  rpc: TrytonRpc,
  company: number,
  mark: "receivable" | "payable",
): Promise<number | undefined> {
  const domain = [
    [`type.${mark}`, "=", true],
    ["company", "=", company],
  ];
  return rpc.find("account.account", domain);
}

async function typeOf(rpc: TrytonRpc, company: number, kind: AccountKind): Promise<number> {
  const name = TYPE_TEMPLATES[kind];
  const template = ["template", "=", await dataId(rpc, "account", name)];
  const type = await rpc.find("account.account.type", [["company", "=", company], template]);
  if (type !== undefined) return type;
  throw trytonErrors.E_TRYTON_RECORD_MISSING({ model: "account.account.type", wanted: name });
}

/** The wizard that a person clicks through: create, two steps, delete. */
async function createChart(rpc: TrytonRpc, company: number): Promise<void> {
  const wizard = "wizard.account.create_chart";
  const template = await dataId(rpc, "account", "account_template_root_en");
  const [session] = await rpc.call<[number, ...unknown[]]>(`${wizard}.create`);
  const state = { start: {}, account: { company, account_template: template } };
  await rpc.call(`${wizard}.execute`, session, state, "create_account");
  const properties = {
    company,
    account_receivable: await accountOfType(rpc, company, "receivable"),
    account_payable: await accountOfType(rpc, company, "payable"),
  };
  await rpc.call(`${wizard}.execute`, session, { ...state, properties }, "create_properties");
  await rpc.call(`${wizard}.delete`, session);
}

/** Taxes by name. What is billed stays as billed; these only say where it goes. */
export async function seedTaxes(
  rpc: TrytonRpc,
  company: number,
  spec: CompanySpec,
  accounts: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const taxes: Record<string, number> = {};
  for (const { name, rate, account } of spec.taxes) {
    const domain = [
      ["company", "=", company],
      ["name", "=", name],
    ];
    const owed = accounts[account];
    taxes[name] =
      (await rpc.find("account.tax", domain)) ??
      (await rpc.create("account.tax", {
        name,
        description: name,
        company,
        type: "percentage",
        rate: trytonDecimal(rate),
        invoice_account: owed,
        credit_note_account: owed,
      }));
  }
  return taxes;
}
