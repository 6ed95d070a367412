/** What truly stands in the NetSuite sandbox, summed like the answer key; how the two differ. */
import { z } from "zod";
import { minorDigits } from "../kernel/currency.ts";
import { money } from "../kernel/money.ts";
import { CURRENCIES } from "../sandbox/netsuite/reference-data.ts";
import type { BookDocument, BookTotal, BookType } from "./expectations.ts";
import { totalsOf } from "./expectations.ts";
import { DEMO_SEED, DEMO_STRIPE_API_KEY } from "./names.ts";
import { openControl } from "./sandbox-control.ts";
import { openStripeCalls } from "./stripe-calls.ts";
import { customerShape } from "./stripe-shapes.ts";

const recordsShape = z.object({
  records: z.array(
    z.object({
      id: z.string(),
      body: z.looseObject({ currency: z.string() }),
      facts: z.object({ total: z.string() }),
    }),
  ),
});

const TYPES: readonly BookType[] = ["invoice", "creditMemo", "customerPayment"];

/** Reads the account's own records by its control plane, not by the hub's connector. */
export async function actualBooks(netsuiteUrl: string): Promise<readonly BookTotal[]> {
  const control = openControl(netsuiteUrl);
  try {
    const documents: BookDocument[] = [];
    for (const type of TYPES) {
      const path = `netsuite/records/${type}`;
      const { records } = await control.ask("GET", path, undefined, recordsShape);
      for (const { id, body, facts } of records) {
        documents.push({ type, number: id, amount: amountOf(facts.total, body.currency) });
      }
    }
    return totalsOf(documents);
  } finally {
    await control.close();
  }
}

/** NetSuite counts KWD in hundredths, ISO in thousandths. */
function amountOf(total: string, currencyId: string) {
  const known = CURRENCIES.find((one) => one.id === currencyId);
  const currency = known?.symbol ?? "";
  const shift = minorDigits(currency) - (known?.digits ?? 0);
  return money(BigInt(total) * 10n ** BigInt(shift), currency);
}

export interface BookDifference {
  readonly type: BookType;
  readonly currency: string;
  readonly expected: Pick<BookTotal, "count" | "total">;
  readonly actual: Pick<BookTotal, "count" | "total">;
}

const NOTHING = { count: 0, total: "0" };

/** Every type and currency in which the two do not agree; empty when they tie out. */
export function compareBooks(
  expected: readonly BookTotal[],
  actual: readonly BookTotal[],
): readonly BookDifference[] {
  const keyOf = (one: BookTotal) => `${one.type} ${one.currency}`;
  const left = new Map(expected.map((one) => [keyOf(one), one]));
  const right = new Map(actual.map((one) => [keyOf(one), one]));
  const differences: BookDifference[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(key), right.get(key)];
    if (one?.count === other?.count && one?.total === other?.total) continue;
    const some = one ?? other;
    if (some === undefined) continue;
    differences.push({
      type: some.type,
      currency: some.currency,
      expected: one ?? NOTHING,
      actual: other ?? NOTHING,
    });
  }
  return differences;
}

export interface CustomerDifference {
  readonly customer: string;
  readonly expected: string;
  /** Undefined: NetSuite has no such customer. */
  readonly actual: string | undefined;
}

const companiesShape = z.object({
  records: z.array(z.object({ body: z.looseObject({ companyName: z.string() }) })),
});

/** NetSuite keeps this many characters of a company's name; the hub cuts before. */
const NAME_KEPT = 80;

/**
 * Customers of Stripe whose name in NetSuite is not their newest, or who are not there. The hub
 * writes "<connection> <customer>" into NetSuite's comments.
 */
export async function compareCustomers(options: {
  readonly stripeUrl: string;
  readonly netsuiteUrl: string;
  readonly apiKey?: string;
}): Promise<readonly CustomerDifference[]> {
  const { stripeUrl, netsuiteUrl, apiKey = DEMO_STRIPE_API_KEY } = options;
  const control = openControl(netsuiteUrl);
  const stripe = openStripeCalls({ stripeUrl, apiKey, seed: DEMO_SEED });
  try {
    const path = "netsuite/records/customer";
    const { records } = await control.ask("GET", path, undefined, companiesShape);
    const names = new Map(
      records.map(({ body }) => [
        String(body["comments"]).split(" ").at(-1) ?? "",
        body.companyName,
      ]),
    );
    const customers = await stripe.all("/v1/customers", customerShape);
    return customers.flatMap(({ id, name }) => {
      const actual = names.get(id);
      const same = actual?.slice(0, NAME_KEPT) === name.slice(0, NAME_KEPT);
      return same ? [] : [{ customer: id, expected: name, actual }];
    });
  } finally {
    await control.close();
    await stripe.close();
  }
}
