/** The scripts of master records: look for the code; create it, or write what differs. */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import type { Answer } from "../kit/target.ts";
import { findParties, findProducts, idsText } from "./look.ts";
import type { CustomerPlan, ProductPlan } from "./plan.ts";
import type { PartyDetails } from "./read-party.ts";
import { partyDifferences, readAddressIds, readParty } from "./read-party.ts";
import type { Script } from "./script.ts";
import { done } from "./script.ts";
import type { Values } from "./wire.ts";
import { creating, flagOf, idOf, wireDecimal } from "./wire.ts";

export async function runCustomer(script: Script, plan: CustomerPlan): Promise<Answer> {
  const rows = await findParties(script.reader("look"), plan);
  const row = onlyOne(script, rows);
  const id =
    row === undefined ? await createParty(script, plan) : await writeParty(script, plan, row);
  const fields = ["code", "name", "active"];
  const context = { active_test: false };
  return script.finish({ model: "party.party", domain: [["id", "=", id]], fields, context });
}

async function createParty(script: Script, plan: CustomerPlan): Promise<number> {
  const { party, code, active } = plan;
  const values: Values = { code, active, name: party?.name ?? code };
  if (party !== null) {
    const address = await addressValues(script, plan);
    values["addresses"] = [creating(address)];
    if (party.identifiers.length > 0) {
      values["identifiers"] = [creating(...party.identifiers.map(identifier))];
    }
    if (party.contacts.length > 0) {
      values["contact_mechanisms"] = [creating(...party.contacts.map((one) => ({ ...one })))];
    }
  }
  return idFrom(done(await script.act("create", "model.party.party.create", [[values]])));
}

const identifier = (code: string): Values => ({ type: null, code });

/** Writes only what differs, so that an equal state leaves no trace of a change. */
async function writeParty(script: Script, plan: CustomerPlan, row: JsonObject): Promise<number> {
  const reader = script.reader("check");
  const there = await readParty(reader, row);
  const id = idOf(row, "id") ?? 0;
  if (partyDifferences(plan, there).length === 0) return id;
  const { party, active } = plan;
  const values: Values = { active };
  if (party !== null) {
    const address = await addressValues(script, plan);
    values["name"] = party.name;
    values["addresses"] = [
      there.address === undefined ? creating(address) : ["write", [there.address.id], address],
    ];
    const identifiers = party.identifiers.filter((code) => !there.identifiers.includes(code));
    if (identifiers.length > 0) values["identifiers"] = [creating(...identifiers.map(identifier))];
    const contacts = contactCommands(party.contacts, there);
    if (contacts.length > 0) values["contact_mechanisms"] = contacts;
  }
  done(await script.act("create", "model.party.party.write", [[id], values]));
  return id;
}

/** The first of its kind is rewritten; others, which people added, stay. */
function contactCommands(
  contacts: readonly { readonly type: string; readonly value: string }[],
  there: PartyDetails,
): Json[] {
  return contacts.flatMap((contact): Json[] => {
    const same = there.contacts.filter((one) => one.type === contact.type);
    if (same.some((one) => one.value === contact.value)) return [];
    const [first] = same;
    if (first === undefined) return [creating({ ...contact })];
    return [["write", [first.id], { value: contact.value }]];
  });
}

async function addressValues(script: Script, plan: CustomerPlan): Promise<Values> {
  const address = plan.party?.address;
  const { street = "", city = "", postalCode = "" } = address ?? {};
  const ids =
    address === undefined
      ? { country: null, subdivision: null }
      : await readAddressIds(script.reader("check"), address);
  return { street, city, postal_code: postalCode, ...ids };
}

export async function runProduct(script: Script, plan: ProductPlan): Promise<Answer> {
  const rows = await findProducts(script.reader("look"), plan);
  const row = onlyOne(script, rows);
  const id =
    row === undefined ? await createProduct(script, plan) : await writeProduct(script, plan, row);
  return script.finish({
    model: "product.product",
    domain: [["id", "=", id]],
    fields: ["code", "name", "active"],
    context: { active_test: false },
  });
}

async function createProduct(script: Script, plan: ProductPlan): Promise<number> {
  const { code, name, active, description, unit } = plan;
  const template: Values = {
    name,
    code,
    type: "service",
    default_uom: unit,
    active,
    list_price: wireDecimal("0"),
    products: [creating({ active, description })],
  };
  done(await script.act("create", "model.product.template.create", [[template]]));
  const [row] = await findProducts(script.reader("read"), plan);
  return row === undefined ? 0 : (idOf(row, "id") ?? 0);
}

async function writeProduct(script: Script, plan: ProductPlan, row: JsonObject): Promise<number> {
  const id = idOf(row, "id") ?? 0;
  if (productDiffers(plan, row)) {
    const { name, active, description } = plan;
    const template = idOf(row, "template") ?? 0;
    // An active product needs an active template, an inactive template inactive products.
    const steps: readonly (readonly [string, number, Values])[] = [
      ["model.product.template.write", template, { name, ...(active ? { active } : {}) }],
      ["model.product.product.write", id, { description, active }],
      ["model.product.template.write", template, { active }],
    ];
    for (const [method, record, values] of steps) {
      done(await script.act("create", method, [[record], values]));
    }
  }
  return id;
}

function productDiffers(plan: ProductPlan, row: JsonObject): boolean {
  return (
    row["name"] !== plan.name ||
    (row["description"] ?? "") !== plan.description ||
    flagOf(row, "active") !== plan.active
  );
}

function onlyOne(script: Script, rows: readonly JsonObject[]): JsonObject | undefined {
  if (rows.length <= 1) return rows[0];
  const details = { ids: idsText(rows) };
  return script.found({ finding: "E_TRYTON_SEVERAL_RECORDS", cause: "several", details });
}

function idFrom(result: Json): number {
  const [id] = Array.isArray(result) ? result : [];
  return typeof id === "number" ? id : 0;
}
