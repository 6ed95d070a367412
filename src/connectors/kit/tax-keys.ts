/**
 * How settings of a target name a tax of ours. From the most to the least specific; the first that
 * is set wins:
 *
 *   rate:<the source's tax rate id>
 *   jurisdiction:<jurisdiction>@<percent>
 *   jurisdiction:<jurisdiction>
 *   category:<category>
 */
import type { TaxPart } from "../../contracts/document-parts.ts";

/** The keys under which a tax may stand in settings, best first. */
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

/** The best key that is set, with what it says; `lack` makes what is thrown when none is. */
export function chooseTax<Setting>(
  part: TaxPart,
  settings: Readonly<Record<string, Setting>>,
  lack: (tax: string, candidates: string) => Error,
): { readonly key: string; readonly setting: Setting } {
  const keys = taxKeys(part);
  for (const key of keys) {
    const setting = settings[key];
    if (setting !== undefined) return { key, setting };
  }
  throw lack(keys[0] ?? part.category, keys.join(", "));
}
