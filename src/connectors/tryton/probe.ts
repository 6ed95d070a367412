/**
 * What exists in Tryton under a reference, and whether it is what we meant. The same serves doubt
 * (was it done?) and read-back (was it done as meant?). A draft, or a document that is not yet set
 * against its invoice, is unfinished: the same request again completes it. A step that no request
 * can complete, because exchange rates moved, is a difference for a person: the document stands, so
 * neither is it refused, nor does sending again help.
 */
import { isTieoutError } from "../../kernel/errors.ts";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { Difference, ProbeResult } from "../kit/target.ts";
import { numberOf } from "./classify.ts";
import { compareInvoice, compareMove, differing } from "./compare.ts";
import { trytonErrors } from "./errors.ts";
import { findInvoices, findMoves, findParties, findProducts, settledAlready } from "./look.ts";
import { closings, exchangeDifference, unlinkedLines } from "./open-items.ts";
import type { CustomerPlan, InvoicePlan, MovePlan, Plan, ProductPlan } from "./plan.ts";
import { partyDifferences, readParty } from "./read-party.ts";
import type { Reader } from "./reader.ts";
import { flagOf, idOf } from "./wire.ts";

/** Never throws: what cannot be read is `failed`. */
export function probePlan(reader: Reader, plan: Plan): Promise<ProbeResult> {
  return neverThrowing(() => probeOrThrow(reader, plan));
}

/**
 * What there is against what we meant, long after: a step that lacks now was undone by a person,
 * and what is set against what changes with later documents. Never throws.
 */
export async function comparePlan(reader: Reader, plan: Plan): Promise<ProbeResult> {
  const probed = await probePlan(reader, plan);
  if (probed.kind !== "unfinished" && probed.kind !== "found") return probed;
  const differences = probed.differences.filter(
    ({ field }) => !SETTLING.has(field) && !isExchange(field),
  );
  return { ...probed, kind: "found", differences };
}

const SETTLING: ReadonlySet<string> = new Set(["applied", "reconciled"]);

/** With the currency in its name, cases of one currency have one cause. */
const EXCHANGE = "exchange difference in ";

function isExchange(field: string): boolean {
  return field.startsWith(EXCHANGE);
}

async function neverThrowing(probe: () => Promise<ProbeResult>): Promise<ProbeResult> {
  try {
    return await probe();
  } catch (thrown) {
    if (!isTieoutError(thrown)) throw thrown;
    return { kind: "failed", code: thrown.code, message: thrown.message };
  }
}

async function probeOrThrow(reader: Reader, plan: Plan): Promise<ProbeResult> {
  const rows = await rowsUnder(reader, plan);
  const [row] = rows;
  if (row === undefined) return doneOtherwise(reader, plan);
  const ids = rows.map((one) => String(idOf(one, "id") ?? 0));
  if (rows.length > 1) return { kind: "several", externalIds: ids };
  const [externalId = ""] = ids;
  switch (plan.kind) {
    case "customer":
      return { kind: "found", externalId, differences: await ofParty(reader, plan, row) };
    case "product":
      return { kind: "found", externalId, differences: ofProduct(plan, row) };
    case "invoice":
    case "move":
      return ofPosting(reader, plan, row, externalId);
  }
}

/** Nothing bears the reference; but a payment may have settled what its allocation tells again. */
async function doneOtherwise(reader: Reader, plan: Plan): Promise<ProbeResult> {
  const unless = plan.kind === "move" ? plan.unless : null;
  if (plan.kind !== "move" || unless === null) return { kind: "absent" };
  if ((await settledAlready(reader, plan)) !== "all") return { kind: "absent" };
  return { kind: "found", externalId: String(unless.move), differences: [] };
}

function rowsUnder(reader: Reader, plan: Plan): Promise<readonly JsonObject[]> {
  switch (plan.kind) {
    case "customer":
      return findParties(reader, plan);
    case "product":
      return findProducts(reader, plan);
    case "invoice":
      return findInvoices(reader, plan);
    case "move":
      return findMoves(reader, plan);
  }
}

async function ofParty(reader: Reader, plan: CustomerPlan, row: JsonObject): Promise<Difference[]> {
  return partyDifferences(plan, await readParty(reader, row));
}

function ofProduct(plan: ProductPlan, row: JsonObject): Difference[] {
  return differing([
    ["name", plan.name, textAt(row, "name")],
    ["description", plan.description, textAt(row, "description") ?? ""],
    ["active", String(plan.active), String(flagOf(row, "active"))],
    ["default_uom", String(plan.unit), String(idOf(row, "default_uom"))],
  ]);
}

async function ofPosting(
  reader: Reader,
  plan: InvoicePlan | MovePlan,
  row: JsonObject,
  externalId: string,
): Promise<ProbeResult> {
  const differences =
    plan.kind === "invoice"
      ? await compareInvoice(reader, plan, row)
      : await compareMove(reader, plan, row);
  const lacking = await lackingSteps(reader, plan, row);
  if (lacking.length > 0) {
    const kind = lacking.some(({ field }) => isExchange(field)) ? "found" : "unfinished";
    return { kind, externalId, differences: [...lacking, ...differences] };
  }
  const number = numberOf(row);
  if (textAt(row, "state") === "cancelled") {
    differences.unshift({ field: "state", ours: "posted", theirs: "cancelled" });
  }
  return { kind: "found", externalId, ...(number === undefined ? {} : { number }), differences };
}

/** Undone steps as differences. A cancelled document is none: only a person can cancel one. */
async function lackingSteps(
  reader: Reader,
  plan: InvoicePlan | MovePlan,
  row: JsonObject,
): Promise<Difference[]> {
  const state = textAt(row, "state") ?? "";
  if (state === "draft" || state === "validated") {
    return [{ field: "state", ours: "posted", theirs: state }];
  }
  const invoice = idOf(row, "id") ?? 0;
  if (plan.kind === "invoice" && state !== "cancelled") {
    const unlinked = await unlinkedLines(reader, invoice, plan);
    if (unlinked.length > 0) return [await lackingLink(reader, plan, unlinked)];
  }
  return (await closings(reader, plan)).map((closing) => ({
    field: "reconciled",
    ours: `invoice ${closing.invoice} with its payments`,
    theirs: "open",
  }));
}

async function lackingLink(
  reader: Reader,
  plan: InvoicePlan,
  unlinked: readonly number[],
): Promise<Difference> {
  const ours = `set against ${plan.against}`;
  const exchange = await exchangeDifference(reader, plan, unlinked);
  if (exchange === undefined) return { field: "applied", ours, theirs: "open" };
  const { code, message } = trytonErrors.E_TRYTON_EXCHANGE_DIFFERENCE({ ...exchange });
  const field = `${EXCHANGE}${exchange.currency}`;
  return { field, ours, theirs: `open, ${code}: ${message}` };
}
