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
import type { LegalEntitySettings } from "./settings.ts";

export interface TaxCode {
  readonly code: string;
  readonly type: string;
}

/** The keys under which a tax may stand in `taxCodes`, best first. */
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

/** The tax code of a tax part; a lack that lists the keys when none is set. */
export function taxCodeOf(
  part: TaxPart,
  entity: LegalEntitySettings,
  legalEntity: string,
): TaxCode {
  const keys = taxKeys(part);
  for (const key of keys) {
    const found = entity.taxCodes[key];
    if (found !== undefined) return found;
  }
  const tax = keys[0] ?? part.category;
  throw lacking("E_NETSUITE_TAX_UNMAPPED", `tax ${tax} in ${legalEntity}`, {
    tax,
    legalEntity,
    candidates: keys.join(", "),
  });
}
