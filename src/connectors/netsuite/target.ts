/** A NetSuite account as a target: one call an item, upserts by our reference. */
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { CallTarget } from "../kit/target.ts";
import { classifyAnswer } from "./classify.ts";
import { netsuiteClient } from "./client.ts";
import type { DayTotal } from "./documents.ts";
import { netsuiteDocuments, netsuiteTotals } from "./documents.ts";
import { netsuiteMarker } from "./epoch-marker.ts";
import { netsuiteErrors } from "./errors.ts";
import { netsuiteObserver } from "./observe.ts";
import { isOperation, operationsFor, recordTypeOf } from "./operations.ts";
import { prepareCall } from "./prepare.ts";
import { netsuiteProber } from "./probe.ts";
import type { NetSuiteSettings } from "./settings.ts";

export interface NetSuiteTarget extends CallTarget {
  /** Count and sum by type and currency of one business day, `YYYY-MM-DD`. */
  totals(day: string): Promise<readonly DayTotal[]>;
}

/** Opens nothing: connections are made with the first call. */
export function netSuiteTarget(
  settings: NetSuiteSettings,
  surroundings: ConnectorSurroundings,
): NetSuiteTarget {
  const client = netsuiteClient(settings, surroundings);
  const prober = netsuiteProber(client);
  const { clock } = surroundings;
  return {
    kind: "call",
    system: "netsuite",
    connection: settings.connection,
    account: settings.account,
    operations: operationsFor(settings),
    timeoutMs: settings.timeoutMs,
    prepare: (context) => prepareCall(context, settings),
    send: (call, startBy) =>
      client.send(call, startBy === undefined ? undefined : () => clock.monotonic() > startBy),
    classify(operation, answer) {
      if (!isOperation(operation)) throw netsuiteErrors.E_NETSUITE_OPERATION_UNKNOWN({ operation });
      return classifyAnswer(recordTypeOf(operation, settings), answer, clock.now());
    },
    probe(operation, reference, sent, tooLate) {
      if (!isOperation(operation)) throw netsuiteErrors.E_NETSUITE_OPERATION_UNKNOWN({ operation });
      if (operation === "payment.apply") return prober.application(sent, tooLate);
      return prober.byReference(recordTypeOf(operation, settings), reference, sent, tooLate);
    },
    documents: () => netsuiteDocuments(client, settings),
    marker: netsuiteMarker(client, settings.ledgerRecord),
    observer: netsuiteObserver(client, prober, settings),
    totals: (day) => netsuiteTotals(client, settings, day),
    close: () => client.close(),
  };
}
