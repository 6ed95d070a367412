/** The shapes that inputs and outputs of operations are made of; all of them are plain JSON. */
import { z } from "zod";
import type { IdKind, Uuid } from "../kernel/ids.ts";
import { formatId, tryParseId } from "../kernel/ids.ts";
import type { MoneyWire } from "../kernel/money.ts";
import { money, moneyToWire } from "../kernel/money.ts";
import { operationsErrors } from "./errors.ts";

export const moneyWire = z.strictObject({ amount: z.string(), currency: z.string() });

/** Money of one currency at a time: sums over currencies do not exist here. */
export const moneyList = z.array(moneyWire);

/** A page: at most this many rows, and where the next page begins. */
export const pageInput = {
  limit: z.coerce.number().int().min(1).max(1000).default(50).describe("rows at most"),
  after: z.string().optional().describe("the id at which the page before ended"),
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads `hof_…` or a bare UUID of that kind. Throws E_OPERATIONS_NOT_FOUND. */
export function uuidOf(kind: IdKind, text: string): Uuid {
  const trimmed = text.trim();
  if (UUID.test(trimmed)) return trimmed;
  const parsed = tryParseId(trimmed);
  if (parsed?.kind !== kind) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text });
  return parsed.uuid;
}

export function idOf(kind: IdKind, uuid: Uuid): string {
  return formatId(kind, uuid);
}

/** Undefined where the row carries no amount. */
export function wireOf(minor: string | null, currency: string | null): MoneyWire | undefined {
  if (minor === null || currency === null) return undefined;
  return moneyToWire(money(BigInt(minor), currency));
}

/** `{"EUR": "119000"}` of minor units, as SQL aggregates it, to money in the order of currency. */
export function moneyPerCurrency(minors: Readonly<Record<string, string>> | null): MoneyWire[] {
  return Object.entries(minors ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, minor]) => moneyToWire(money(BigInt(minor), currency)));
}
