/** Drift in the words of the exception that it opens. */
import type { Instant } from "../kernel/clock.ts";
import type { TieoutError } from "../kernel/errors.ts";
import { formatMoney } from "../kernel/money.ts";
import type { DriftVerdict, FieldDifference, Standing } from "./drift.ts";
import { driftErrors } from "./errors.ts";

export interface Sighting extends Standing {
  readonly target: string;
  readonly type: string;
  readonly number?: string | undefined;
  /** On the target's clock; undefined where only the absence was seen. */
  readonly changedAt?: Instant | undefined;
  readonly changedBy?: string | undefined;
  readonly changeKind?: string | undefined;
  /** When we last saw a document that is gone. */
  readonly lastSeenAt?: Instant | undefined;
}

export interface DriftText {
  readonly code: string;
  /** The same for all cases with one remedy. */
  readonly cause: string;
  readonly title: string;
  readonly message: string;
}

const TITLES: Readonly<Record<DriftVerdict["kind"], string>> = {
  edited: "edited by hand",
  cancelled: "cancelled by hand",
  deleted: "deleted by hand",
  foreign: "added by hand",
  "unknown-reference": "bears a reference that nobody here made",
  double: "bears the reference of another document",
};

/** So many differences are told; a document that was typed anew would fill pages. */
const TOLD = 12;

export function describeDrift(verdict: DriftVerdict, sighting: Sighting): DriftText {
  const { target, type } = sighting;
  const { code, message } = errorOf(verdict, sighting);
  const title = `${target}: ${type} ${TITLES[verdict.kind]}`;
  return { code, cause: `${target} drift ${verdict.kind} ${type}`, title, message };
}

function errorOf(verdict: DriftVerdict, sighting: Sighting): TieoutError {
  const details = { document: documentText(sighting), change: changeText(verdict, sighting) };
  switch (verdict.kind) {
    case "edited":
      return driftErrors.E_DRIFT_EDITED({ ...details, differences: tell(verdict.fields) });
    case "cancelled":
      return driftErrors.E_DRIFT_CANCELLED(details);
    case "deleted":
      return driftErrors.E_DRIFT_DELETED(details);
    case "foreign":
      return driftErrors.E_DRIFT_FOREIGN(details);
    case "unknown-reference":
      return driftErrors.E_DRIFT_UNKNOWN_REFERENCE({ ...details, reference: verdict.reference });
    case "double": {
      const { reference, ours } = verdict;
      return driftErrors.E_DRIFT_DOUBLE({ ...details, reference, ours });
    }
  }
}

function tell(fields: readonly FieldDifference[]): string {
  const told = fields
    .slice(0, TOLD)
    .map(({ field, ours, theirs }) => `${field} was ${ours}, is ${theirs}`);
  if (fields.length > TOLD) told.push(`and ${fields.length - TOLD} more`);
  return told.join("; ");
}

/** `netsuite invoice 4711 (N-17, 150.00 USD, 2026-11-01)`. */
function documentText({ target, type, externalId, number, amount, date }: Sighting): string {
  const more = [number, amount === undefined ? undefined : formatMoney(amount), date];
  const known = more.filter((one) => one !== undefined);
  return `${target} ${type} ${externalId}${known.length === 0 ? "" : ` (${known.join(", ")})`}`;
}

/** Who and when, as far as the target tells; what it does not tell is said to be untold. */
function changeText(verdict: DriftVerdict, sighting: Sighting): string {
  const { target, changedAt, changedBy, changeKind, lastSeenAt } = sighting;
  if (verdict.kind === "deleted" && changedAt === undefined) {
    const seen = lastSeenAt === undefined ? "" : ` It was last seen there at ${lastSeenAt}.`;
    return `${target} does not tell by whom or when.${seen}`;
  }
  const by = changedBy === undefined ? `${target} does not tell by whom` : `by ${changedBy}`;
  const way = changeKind === undefined ? "" : ` (${changeKind})`;
  return `Last changed ${changedAt ?? "at a time it does not tell"}, ${by}${way}.`;
}
