/** The tax code that settings name for a tax. */
import type { TaxPart } from "../../contracts/document-parts.ts";
import { chooseTax } from "../kit/tax-keys.ts";
import { lacking } from "./lack.ts";
import type { LegalEntitySettings } from "./settings.ts";

export interface TaxCode {
  readonly code: string;
  readonly type: string;
}

/** The tax code of a tax part; a lack that lists the keys when none is set. */
export function taxCodeOf(
  part: TaxPart,
  entity: LegalEntitySettings,
  legalEntity: string,
): TaxCode {
  const { setting } = chooseTax(part, entity.taxCodes, (tax, candidates) =>
    lacking("E_NETSUITE_TAX_UNMAPPED", `tax ${tax} in ${legalEntity}`, {
      tax,
      legalEntity,
      candidates,
    }),
  );
  return setting;
}
