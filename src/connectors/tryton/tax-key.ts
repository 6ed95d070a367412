/**
 * How settings name a tax. From the most to the least specific; the first that is set wins:
 *
 *   rate:<the source's tax rate id>
 *   jurisdiction:<jurisdiction>@<percent>
 *   jurisdiction:<jurisdiction>
 *   category:<category>
 */
import type { TaxPart } from "../../contracts/document-parts.ts";
import { lacking } from "./lack.ts";
import type { LegalEntitySettings, TaxSettings } from "./settings.ts";

/** The keys under which a tax may stand in `taxes`, best first. */
export function taxKeys(part: TaxPart): readonly string[] {
  const keys: string[] = [];
  if (part.taxRateId !== undefined) keys.push(`rate:${part.taxRateId}`);
  if (part.jurisdiction !== undefined) {
    if (part.percent !== undefined) keys.push(`jurisdiction:${part.jurisdiction}@${part.percent}`);
    keys.push(`jurisdiction:${part.jurisdiction}`);
  }
  keys.push(`category:${part.category}`);
  return keys;
}

/** The key that is set for a tax part, with what it says; a lack that lists the keys else. */
export function taxOf(
  part: TaxPart,
  entity: LegalEntitySettings,
  legalEntity: string,
): { readonly key: string; readonly tax: TaxSettings } {
  const keys = taxKeys(part);
  for (const key of keys) {
    const tax = entity.taxes[key];
    if (tax !== undefined) return { key, tax };
  }
  const tax = keys[0] ?? part.category;
  throw lacking("E_TRYTON_TAX_UNMAPPED", `tax ${tax} in ${legalEntity}`, {
    tax,
    legalEntity,
    candidates: keys.join(", "),
  });
}
