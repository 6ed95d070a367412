/** What a test needs to know of a live Tryton: its address and the numbers of its records. */
import type { AnswerHead, JsonObject } from "../../src/connectors/kit/answers.ts";
import { valueAt } from "../../src/connectors/kit/answers.ts";
import { resultOf, searchParams } from "../../src/connectors/tryton/reader.ts";
import { trytonSession } from "../../src/connectors/tryton/session.ts";
import { trytonSettingsSchema } from "../../src/connectors/tryton/settings.ts";
import type { Json } from "../../src/kernel/strict-json.ts";

export interface TrytonGround {
  readonly url: string;
  readonly database: string;
  readonly credentials: { readonly user: string; readonly password: string };
  readonly company: number;
  readonly companyCurrency: string;
  readonly currencies: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<"receivable" | "cash" | "revenue" | "tax", number>>;
  readonly journals: Readonly<Record<"revenue" | "cash" | "general", number>>;
  readonly unit: number;
}

const credentials = { user: "admin", password: "admin" };

/** Looks the records up by their names in the minimal chart; makes a second currency. */
export async function findGround(
  url = "http://127.0.0.1:8131",
  database = "fin",
): Promise<TrytonGround> {
  const session = trytonSession(
    trytonSettingsSchema.parse({
      connection: "tryton",
      baseUrl: url,
      database,
      account: "fin",
      credentials,
      timeoutMs: 30_000,
      connections: 1,
      currencies: {},
      unit: 1,
      entities: {},
      policy: { numbers: "source", archivedProducts: "keep", zeroDocuments: "post" },
    }),
  );
  const call = async (method: string, ...params: Json[]): Promise<Json> => {
    const answer = await session.call(
      { method, params, context: { language: "en" } },
      { timeoutMs: 30_000 },
    );
    const result = resultOf(answer);
    if (result === undefined) throw new Error(`${method}: ${(answer as AnswerHead).body}`);
    return result;
  };
  const rows = async (model: string, domain: Json[], fields: string[]): Promise<JsonObject[]> =>
    (await call(
      `model.${model}.search_read`,
      ...searchParams({ model, domain, fields }),
    )) as JsonObject[];
  const one = async (model: string, domain: Json[]): Promise<number> => {
    const [row] = await rows(model, domain, ["id"]);
    if (row === undefined) throw new Error(`no ${model} ${JSON.stringify(domain)}`);
    return Number(row["id"]);
  };
  const account = (name: string) => one("account.account", [["name", "=", name]]);
  const journal = (type: string) => one("account.journal", [["type", "=", type]]);
  const [company] = await rows("company.company", [], ["currency.code"]);
  const currencies: Record<string, number> = {};
  for (const row of await rows("currency.currency", [], ["code"])) {
    currencies[String(row["code"])] = Number(row["id"]);
  }
  const ground: TrytonGround = {
    url,
    database,
    credentials,
    company: Number(company?.["id"]),
    companyCurrency: String(valueAt(company, "currency.", "code")),
    currencies,
    accounts: {
      receivable: await account("Main Receivable"),
      cash: await account("Main Cash"),
      revenue: await account("Main Revenue"),
      tax: await account("Main Tax"),
    },
    journals: {
      revenue: await journal("revenue"),
      cash: await journal("cash"),
      general: await journal("general"),
    },
    unit: await one("product.uom", [["name", "=", "Unit"]]),
  };
  await session.close();
  return ground;
}

export function onSqlite(): boolean {
  return true;
}
