/** A Tryton database as a target: one plan an item, guarded by looking for our reference. */
import type { DocumentTotal } from "../kit/observe.ts";
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { Answer, CallTarget } from "../kit/target.ts";
import type { AccountBalance, FiscalPeriod } from "./books.ts";
import { trytonPeriods, trytonTrialBalance } from "./books.ts";
import { classifyAnswer } from "./classify.ts";
import { trytonDocuments } from "./documents.ts";
import { trytonErrors } from "./errors.ts";
import { trytonObserver, trytonTotals } from "./observe.ts";
import { isOperation, operationsFor } from "./operations.ts";
import type { Plan } from "./plan.ts";
import { prepareCall } from "./prepare.ts";
import { probePlan } from "./probe.ts";
import type { Reader } from "./reader.ts";
import { sessionReader } from "./reader.ts";
import { runPosting } from "./run-posting.ts";
import { runCustomer, runProduct } from "./run-record.ts";
import { Script, ScriptEnd } from "./script.ts";
import { trytonSession } from "./session.ts";
import type { TrytonSettings } from "./settings.ts";
import { planOf } from "./stored-plan.ts";

export interface TrytonTarget extends CallTarget {
  /** Count and sum by type and currency of one business day, `YYYY-MM-DD`. */
  totals(day: string): Promise<readonly DocumentTotal[]>;
  /** Balance of each account of a legal entity, in its company's currency. */
  trialBalance(legalEntity: string): Promise<readonly AccountBalance[]>;
  /** The fiscal calendar of a legal entity, with which periods are closed. */
  periods(legalEntity: string): Promise<readonly FiscalPeriod[]>;
}

/** Opens nothing: connections are made, and the session begins, with the first call. */
export function trytonTarget(
  settings: TrytonSettings,
  surroundings: ConnectorSurroundings,
): TrytonTarget {
  const session = trytonSession(settings);
  const { clock } = surroundings;
  const { timeoutMs } = settings;
  const readerOf = (company: number, tooLate?: () => boolean): Reader =>
    sessionReader(session, company, { timeoutMs, tooLate });
  const entityOf = (legalEntity: string) => {
    const entity = settings.entities[legalEntity];
    if (entity === undefined) throw trytonErrors.E_TRYTON_ENTITY_UNMAPPED({ legalEntity });
    return entity;
  };
  return {
    kind: "call",
    system: "tryton",
    connection: settings.connection,
    account: settings.account,
    operations: operationsFor(settings),
    timeoutMs,
    prepare: (context) => prepareCall(context, settings),
    async send(call, startBy) {
      const plan = planOf(call);
      const { company } = plan;
      return runPlan(new Script({ session, clock, company, timeoutMs, startBy }), plan);
    },
    classify(operation, answer) {
      checkOperation(operation);
      return classifyAnswer(answer);
    },
    async probe(operation, _reference, sent, tooLate) {
      checkOperation(operation);
      const plan = planOf(sent);
      return probePlan(readerOf(plan.company, tooLate), plan);
    },
    documents: () => trytonDocuments(readerOf, settings),
    observer: trytonObserver(readerOf, settings),
    totals: (day) => trytonTotals(readerOf, settings, day),
    trialBalance: async (legalEntity) => {
      const entity = entityOf(legalEntity);
      return trytonTrialBalance(readerOf(entity.company), entity);
    },
    periods: async (legalEntity) => {
      const { company } = entityOf(legalEntity);
      return trytonPeriods(readerOf(company), company);
    },
    close: () => session.close(),
  };
}

function checkOperation(operation: string): void {
  if (!isOperation(operation)) throw trytonErrors.E_TRYTON_OPERATION_UNKNOWN({ operation });
}

async function runPlan(script: Script, plan: Plan): Promise<Answer> {
  try {
    switch (plan.kind) {
      case "customer":
        return await runCustomer(script, plan);
      case "product":
        return await runProduct(script, plan);
      case "invoice":
      case "move":
        return await runPosting(script, plan);
    }
  } catch (thrown) {
    if (thrown instanceof ScriptEnd) return thrown.answer;
    throw thrown;
  }
}
