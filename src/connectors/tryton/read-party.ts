/** A party with what belongs to it, as it stands in Tryton, and in what it differs from a plan. */
import type { Json } from "../../kernel/strict-json.ts";
import type { JsonObject } from "../kit/answers.ts";
import { listAt, textAt } from "../kit/answers.ts";
import type { Difference } from "../kit/target.ts";
import { differing } from "./compare.ts";
import type { AddressPlan, CustomerPlan } from "./plan.ts";
import type { Reader } from "./reader.ts";
import type { Values } from "./wire.ts";
import { flagOf, idOf } from "./wire.ts";

export interface PartyDetails {
  readonly name: string;
  readonly active: boolean;
  /** The first; undefined when there is none. */
  readonly address:
    | {
        readonly id: number;
        readonly street: string;
        readonly city: string;
        readonly postalCode: string;
      }
    | undefined;
  readonly identifiers: readonly string[];
  readonly contacts: readonly {
    readonly id: number;
    readonly type: string;
    readonly value: string;
  }[];
}

/** `row`: the party with `name` and `active`. */
export async function readParty(reader: Reader, row: JsonObject): Promise<PartyDetails> {
  const party = idOf(row, "id") ?? 0;
  const order = [
    ["sequence", "ASC NULLS FIRST"],
    ["id", "ASC"],
  ];
  const domain = [["party", "=", party]];
  const fields = ["street", "city", "postal_code"];
  const [address] = await reader.search({
    model: "party.address",
    domain,
    fields,
    order,
    limit: 1,
  });
  const identifiers = await reader.search({ model: "party.identifier", domain, fields: ["code"] });
  const contacts = await reader.search({
    model: "party.contact_mechanism",
    domain,
    fields: ["type", "value"],
    order,
  });
  return {
    name: textAt(row, "name") ?? "",
    active: flagOf(row, "active"),
    address: address === undefined ? undefined : addressOf(address),
    identifiers: identifiers.flatMap((one) => textAt(one, "code") ?? []),
    contacts: contacts.map((one) => ({
      id: idOf(one, "id") ?? 0,
      type: textAt(one, "type") ?? "",
      value: textAt(one, "value") ?? "",
    })),
  };
}

function addressOf(row: JsonObject) {
  return {
    id: idOf(row, "id") ?? 0,
    street: textAt(row, "street") ?? "",
    city: textAt(row, "city") ?? "",
    postalCode: textAt(row, "postal_code") ?? "",
  };
}

/** Country and region are not compared: a Tryton without its list of countries keeps none. */
export function partyDifferences(plan: CustomerPlan, there: PartyDetails): Difference[] {
  const active = differing([["active", String(plan.active), String(there.active)]]);
  const { party } = plan;
  if (party === null) return active;
  const { address } = there;
  const { street = "", city = "", postalCode = "" } = party.address;
  const pairs = differing([
    ["name", party.name, there.name],
    ["street", street, address?.street],
    ["city", city, address?.city],
    ["postal_code", postalCode, address?.postalCode],
  ]);
  const identifiers = party.identifiers
    .filter((code) => !there.identifiers.includes(code))
    .map((code) => ({ field: "identifiers", ours: code, theirs: "(missing)" }));
  const contacts = party.contacts
    .filter((ours) => !there.contacts.some((one) => sameContact(ours, one)))
    .map((ours) => ({ field: ours.type, ours: ours.value, theirs: "(missing)" }));
  return [...pairs, ...active, ...identifiers, ...contacts];
}

interface Contact {
  readonly type: string;
  readonly value: string;
}

/** Tryton rewrites telephone numbers into an international form; the digits stay. */
function sameContact(ours: Contact, theirs: Contact): boolean {
  if (ours.type !== theirs.type) return false;
  if (ours.type !== "phone") return ours.value === theirs.value;
  return digits(ours.value) === digits(theirs.value);
}

function digits(text: string): string {
  return text.replace(/\D/g, "");
}

/** Country and region as Tryton's records; null where its lists do not hold them. */
export async function readAddressIds(reader: Reader, address: AddressPlan): Promise<Values> {
  const { country: code, region } = address;
  if (code === null) return { country: null, subdivision: null };
  const [found] = await reader.search({
    model: "country.country",
    domain: [["code", "=", code]],
    fields: ["code"],
    limit: 1,
  });
  const country = found === undefined ? undefined : idOf(found, "id");
  if (country === undefined) return { country: null, subdivision: null };
  if (region === null) return { country, subdivision: null };
  const [part] = await reader.search({
    model: "country.subdivision",
    domain: [
      ["country", "=", country],
      ["OR", [["code", "=", `${code}-${region}`]], [["name", "=", region]]],
      ...(await subdivisionTypes(reader, code)),
    ],
    fields: ["code"],
    limit: 1,
  });
  return { country, subdivision: part === undefined ? null : (idOf(part, "id") ?? null) };
}

/**
 * In some countries (Italy, Spain) Tryton takes subdivisions of some kinds only into an address,
 * and refuses the whole customer for a region where a province belongs.
 */
async function subdivisionTypes(reader: Reader, country: string): Promise<Json[]> {
  const [row] = await reader.search({
    model: "party.address.subdivision_type",
    domain: [["country_code", "=", country]],
    fields: ["types"],
    limit: 1,
  });
  const types = listAt(row, "types") ?? [];
  return types.length === 0 ? [] : [["type", "in", [...types]]];
}
