/**
 * What must always hold.
 *
 * invariant    a named promise of the product, and the function that looks for what breaks it
 * violation    one thing that breaks it: what, the ids to look at, and the detail
 * looked       how many rows or documents were looked at; a check that saw nothing proves nothing
 * not checked  the means are absent here (a log, a target that answers); never counted as held
 */
import type { TargetConnection, TargetDocument } from "../../connectors/kit/target.ts";
import { messageOf } from "../../kernel/errors.ts";
import type { LedgerFinding } from "../../store/check-rows.ts";
import type { OperationContext } from "../operation.ts";

export interface Violation {
  readonly what: string;
  readonly ids: readonly string[];
  readonly detail: string;
}

export interface Finding {
  readonly looked: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** What belongs to the invariant and could not be looked at; then it is not held, but unknown. */
  readonly notChecked: readonly string[];
  /** How far this check reaches by its nature; said, so that nobody believes it reaches further. */
  readonly limits?: readonly string[];
  /** Lines that a person may want to see although nothing is wrong. */
  readonly figures?: readonly string[];
}

export interface InvariantContext extends OperationContext {
  /** How many rows a check that makes hashes or parses bodies again reads at most, newest first. */
  readonly sample: number;
  /** The target's own documents, read once for all checks; a reason where that failed. */
  readonly documents: (target: TargetConnection) => Promise<DocumentReading>;
}

export type DocumentReading =
  | { readonly ok: true; readonly documents: readonly TargetDocument[] }
  | { readonly ok: false; readonly reason: string };

export interface Invariant {
  readonly name: string;
  readonly holdsWhen: string;
  readonly check: (context: InvariantContext) => Promise<Finding>;
}

/** The finding of a check that the ledger answers by itself. */
export function ofLedger(finding: LedgerFinding): Finding {
  return { looked: finding.looked, violations: finding.broken, notChecked: [] };
}

export function withDocuments(context: OperationContext, sample: number): InvariantContext {
  const read = new Map<string, Promise<DocumentReading>>();
  return {
    ...context,
    sample,
    documents: (target) => {
      const known = read.get(target.connection) ?? readDocuments(target);
      read.set(target.connection, known);
      return known;
    },
  };
}

async function readDocuments(target: TargetConnection): Promise<DocumentReading> {
  try {
    const documents: TargetDocument[] = [];
    for await (const document of target.documents()) documents.push(document);
    return { ok: true, documents };
  } catch (thrown) {
    return { ok: false, reason: messageOf(thrown) };
  }
}
