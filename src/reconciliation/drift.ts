/**
 * Drift: the state of a target that moved without us. What stands there against what was confirmed.
 *
 * standing     a document as it stands in the target, whoever made it
 * confirmed    what we were told is there, and what our request said it shall be
 * knowledge    what the ledger knows of a standing document
 * expectation  whether a document that nobody sent from here would be a surprise
 * verdict      what follows; some are drift, the others are not
 * drift key    text that is the same for the same drift; an accepted one is recognised by it
 */
import type { BusinessDate } from "../kernel/clock.ts";
import type { Money } from "../kernel/money.ts";
import { formatMoney } from "../kernel/money.ts";

export interface Standing {
  readonly externalId: string;
  readonly reference?: string | undefined;
  readonly state: "live" | "draft" | "cancelled" | "deleted";
  readonly amount?: Money | undefined;
  readonly date?: BusinessDate | undefined;
  /** External id of the customer. */
  readonly counterparty?: string | undefined;
}

/** A field that one side does not tell is not compared. */
export interface Confirmed {
  readonly reference: string;
  readonly externalId: string;
  readonly amount?: Money | undefined;
  readonly date?: BusinessDate | undefined;
  readonly counterparty?: string | undefined;
}

export type Knowledge =
  | { readonly kind: "confirmed"; readonly confirmed: Confirmed }
  /** The reference is ours, and whether its effect is there is not settled yet. */
  | { readonly kind: "in-flight" }
  /** Neither the document nor its reference. */
  | { readonly kind: "nothing" };

export interface Expectation {
  /** Policy: every document of this type comes through us. */
  readonly owned: boolean;
  /** It was made while we were watching. */
  readonly isNew: boolean;
  /** The text looks like a reference of ours. */
  readonly ourShape: (reference: string) => boolean;
}

export interface FieldDifference {
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

export type Verdict =
  | { readonly kind: "equal" }
  | { readonly kind: "edited"; readonly fields: readonly FieldDifference[] }
  | { readonly kind: "cancelled" }
  | { readonly kind: "deleted" }
  /** Added by hand. */
  | { readonly kind: "foreign" }
  | { readonly kind: "unknown-reference"; readonly reference: string }
  /** It bears the reference of another document of ours. */
  | { readonly kind: "double"; readonly reference: string; readonly ours: string }
  /** Ours, and not settled: to be judged again. */
  | { readonly kind: "pending" }
  /** Not ours, and nobody expects it to be. */
  | { readonly kind: "not-ours" };

export type DriftVerdict = Exclude<Verdict, { readonly kind: "equal" | "pending" | "not-ours" }>;

const NOTHING = "(nothing)";

/** Total: every combination has a verdict, and what is not certain is never called drift. */
export function judge(standing: Standing, knowledge: Knowledge, expectation: Expectation): Verdict {
  if (knowledge.kind === "in-flight") return { kind: "pending" };
  if (knowledge.kind === "confirmed") return compareConfirmed(standing, knowledge.confirmed);
  if (standing.state !== "live") return { kind: "not-ours" };
  const { reference } = standing;
  if (reference !== undefined && expectation.ourShape(reference)) {
    return { kind: "unknown-reference", reference };
  }
  return expectation.owned && expectation.isNew ? { kind: "foreign" } : { kind: "not-ours" };
}

function compareConfirmed(standing: Standing, confirmed: Confirmed): Verdict {
  const { reference, externalId } = confirmed;
  if (standing.externalId !== externalId) {
    // A copy that does not count does no harm.
    if (standing.state !== "live") return { kind: "not-ours" };
    return { kind: "double", reference, ours: externalId };
  }
  if (standing.state === "deleted") return { kind: "deleted" };
  if (standing.state === "cancelled") return { kind: "cancelled" };
  const fields = differencesOf(standing, confirmed);
  return fields.length === 0 ? { kind: "equal" } : { kind: "edited", fields };
}

function differencesOf(standing: Standing, confirmed: Confirmed): FieldDifference[] {
  const out: FieldDifference[] = [];
  const compare = (field: string, ours: string | undefined, theirs: string | undefined): void => {
    if (ours === undefined || theirs === undefined || ours === theirs) return;
    out.push({ field, ours, theirs });
  };
  compare("state", "live", standing.state);
  compare("reference", confirmed.reference, standing.reference ?? NOTHING);
  compare("amount", amountOf(confirmed.amount), amountOf(standing.amount));
  compare("date", confirmed.date, standing.date);
  compare("customer", confirmed.counterparty, standing.counterparty);
  return out;
}

/** The sign of an amount is a matter of each system's dialect; the magnitude is not. */
function amountOf(amount: Money | undefined): string | undefined {
  if (amount === undefined) return undefined;
  return formatMoney({ ...amount, minor: amount.minor < 0n ? -amount.minor : amount.minor });
}

export function isDrift(verdict: Verdict): verdict is DriftVerdict {
  return !["equal", "pending", "not-ours"].includes(verdict.kind);
}

/**
 * Equal for equal drift. A later edit of the same document gives another key, so what two people
 * accepted does not cover what is done to the document afterwards.
 */
export function driftKey(verdict: DriftVerdict, standing: Standing): string {
  if (verdict.kind === "edited") {
    return `edited ${verdict.fields.map((one) => `${one.field}=${one.theirs}`).join("; ")}`;
  }
  if (verdict.kind === "cancelled" || verdict.kind === "deleted") return verdict.kind;
  return `${verdict.kind} ${amountOf(standing.amount) ?? ""} ${standing.date ?? ""}`.trimEnd();
}
