/**
 * What stands in Tryton under a reference. A script looks so before it creates, and a probe when
 * nobody knows what became of a request; both see the same.
 */
import { addDecimal, parseDecimal } from "../../kernel/decimal.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { CustomerPlan, InvoicePlan, MovePlan, ProductPlan } from "./plan.ts";
import type { Reader } from "./reader.ts";
import { decimalOf, flagOf, idOf, signed } from "./wire.ts";

export const INVOICE_FIELDS = [
  "state",
  "number",
  "reference",
  "description",
  "party",
  "currency",
  "account",
  "journal",
  "invoice_date",
  "payment_term_date",
  "untaxed_amount",
  "tax_amount",
  "total_amount",
  "move",
  "_timestamp",
];

export const MOVE_FIELDS = [
  "state",
  "number",
  "post_number",
  "date",
  "description",
  "journal",
  "_timestamp",
];

/** Invoices and credit notes that bear the reference, by rising number. */
export function findInvoices(reader: Reader, plan: InvoicePlan): Promise<readonly JsonObject[]> {
  return reader.search({
    model: "account.invoice",
    domain: [
      ["company", "=", plan.company],
      ["type", "=", "out"],
      ["reference", "=", plan.reference],
    ],
    fields: INVOICE_FIELDS,
  });
}

/**
 * Moves whose description begins with the reference. Letters and digits only, so nothing in it is
 * a wildcard of `like`; the exact first word is compared here.
 */
export async function findMoves(reader: Reader, plan: MovePlan): Promise<readonly JsonObject[]> {
  const rows = await reader.search({
    model: "account.move",
    domain: [
      ["company", "=", plan.company],
      ["description", "like", `${plan.reference}%`],
    ],
    fields: MOVE_FIELDS,
  });
  return rows.filter((row) => textAt(row, "description")?.split(" ")[0] === plan.reference);
}

const ALL = { active_test: false };

export function findParties(reader: Reader, plan: CustomerPlan): Promise<readonly JsonObject[]> {
  return reader.search({
    model: "party.party",
    domain: [["code", "=", plan.code]],
    fields: ["code", "name", "active", "addresses", "contact_mechanisms", "identifiers"],
    context: ALL,
  });
}

export function findProducts(reader: Reader, plan: ProductPlan): Promise<readonly JsonObject[]> {
  return reader.search({
    model: "product.product",
    domain: [["code", "=", plan.code]],
    fields: ["code", "name", "active", "description", "template", "default_uom"],
    context: ALL,
  });
}

export interface Customer {
  readonly active: boolean;
  /** The first of its addresses; undefined when it has none. */
  readonly address: number | undefined;
}

/** A customer as documents need it; undefined when it is gone. */
export async function readCustomer(reader: Reader, party: number): Promise<Customer | undefined> {
  const context = ALL;
  const [row] = await reader.search({
    model: "party.party",
    domain: [["id", "=", party]],
    fields: ["active"],
    context,
  });
  if (row === undefined) return undefined;
  const [address] = await reader.search({
    model: "party.address",
    domain: [["party", "=", party]],
    fields: ["id"],
    order: [
      ["sequence", "ASC NULLS FIRST"],
      ["id", "ASC"],
    ],
    limit: 1,
  });
  return {
    active: flagOf(row, "active"),
    address: address === undefined ? undefined : idOf(address, "id"),
  };
}

/** The party of a move; undefined when it has none, or none that can be found. */
export async function partyOfMove(reader: Reader, plan: MovePlan): Promise<number | undefined> {
  const { party } = plan;
  if (party === null || typeof party === "number") return party ?? undefined;
  const invoice = party.model === "account.invoice";
  const [row] = await reader.search({
    model: invoice ? "account.invoice" : "account.move.line",
    domain: invoice
      ? [["id", "=", party.id]]
      : [
          ["move", "=", party.id],
          ["party", "!=", null],
        ],
    fields: ["party"],
    limit: 1,
  });
  return row === undefined ? undefined : idOf(row, "party");
}

/** How much a move of another plan settles of an invoice already. */
export async function settledAlready(
  reader: Reader,
  plan: MovePlan,
): Promise<"nothing" | "all" | "otherwise"> {
  const { unless } = plan;
  if (unless === null) return "nothing";
  const rows = await reader.search({
    model: "account.move.line",
    domain: [["move", "=", unless.move]],
    fields: ["debit", "credit", "amount_second_currency", "invoice_payment"],
  });
  const settling = rows.filter((row) => idOf(row, "invoice_payment") === unless.settles);
  if (settling.length === 0) return "nothing";
  const sum = settling.reduce((total, row) => {
    const second = plan.convertTo === null ? undefined : decimalOf(row, "amount_second_currency");
    return addDecimal(total, second ?? signed(row));
  }, parseDecimal("0"));
  return sum === parseDecimal(unless.amount) ? "all" : "otherwise";
}

/** Numbers of records, for people. */
export function idsText(rows: readonly JsonObject[]): string {
  return rows.map((row) => String(idOf(row, "id") ?? "?")).join(", ");
}
