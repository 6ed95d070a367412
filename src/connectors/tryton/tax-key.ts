/** The account and tax that settings name for a tax. */
import type { TaxPart } from "../../contracts/document-parts.ts";
import { chooseTax } from "../kit/tax-keys.ts";
import { lacking } from "./lack.ts";
import type { LegalEntitySettings, TaxSettings } from "./settings.ts";

/** The key that is set for a tax part, with what it says; a lack that lists the keys else. */
export function taxOf(
  part: TaxPart,
  entity: LegalEntitySettings,
  legalEntity: string,
): { readonly key: string; readonly setting: TaxSettings } {
  return chooseTax(part, entity.taxes, (tax, candidates) =>
    lacking("E_TRYTON_TAX_UNMAPPED", `tax ${tax} in ${legalEntity}`, {
      tax,
      legalEntity,
      candidates,
    }),
  );
}
