/** Names, addresses and tax registrations, as customers and invoices carry them. */
import type { Address } from "../../contracts/values.ts";
import type { JsonObject } from "../kit/json-read.ts";
import {
  asObject,
  optionalList,
  optionalObject,
  optionalText,
  readText,
} from "../kit/json-read.ts";

/** Stripe writes an address it does not know as an object of nulls; that is none. */
export function addressOf(from: JsonObject, key: string, at: string): Address | undefined {
  const raw = optionalObject(from, key, at);
  if (raw === undefined) return undefined;
  const place = `${at}.${key}`;
  const text = (name: string): string | undefined => {
    const value = optionalText(raw, name, place);
    return value === "" ? undefined : value;
  };
  const address: Address = {
    line1: text("line1"),
    line2: text("line2"),
    city: text("city"),
    region: text("state"),
    postalCode: text("postal_code"),
    country: countryOf(text("country")),
  };
  return Object.values(address).some((part) => part !== undefined) ? address : undefined;
}

/** Old customers hold free text where a code belongs; that is no country. */
export function countryOf(code: string | undefined): string | undefined {
  return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined;
}

/** `[{type, value}]`; an id whose value Stripe does not tell is left out. */
export function registrationsOf(
  items: JsonObject,
  key: string,
  at: string,
): { kind: string; value: string }[] {
  const found: { kind: string; value: string }[] = [];
  for (const item of optionalList(items, key, at)) {
    const tax = asObject(item, `${at}.${key}`);
    const value = optionalText(tax, "value", `${at}.${key}`);
    if (value === undefined || value === "") continue;
    found.push({ kind: readText(tax, "type", `${at}.${key}`), value });
  }
  return found;
}

export function exemptionOf(
  from: JsonObject,
  key: string,
  at: string,
): "none" | "exempt" | "reverse-charge" | undefined {
  const value = optionalText(from, key, at);
  if (value === "reverse") return "reverse-charge";
  return value === "none" || value === "exempt" ? value : undefined;
}
