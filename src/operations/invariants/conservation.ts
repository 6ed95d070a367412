import { formatMoney } from "../../kernel/money.ts";
import type { ConservationFigure } from "../../store/check-conservation.ts";
import {
  checkConservation,
  listConfirmedFacts,
  listConservationFigures,
} from "../../store/check-conservation.ts";
import type { Finding, Invariant, InvariantContext, Violation } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const conservation: Invariant = {
  name: "Conservation",
  holdsWhen:
    "source = confirmed + open + excepted + excluded + superseded + skipped, in count and money",
  check: async (context) => {
    const ledger = ofLedger(await checkConservation(context.pool));
    const figures = await listConservationFigures(context.pool);
    const inTargets = await compareTargets(context);
    return {
      looked: { ...ledger.looked, ...inTargets.looked },
      violations: [...ledger.violations, ...figures.flatMap(untied), ...inTargets.violations],
      notChecked: inTargets.notChecked,
      limits: inTargets.limits,
      figures: figures.map(figureLine),
    };
  },
};

function moneyText(minor: string | null, currency: string | null): string {
  if (minor === null || currency === null) return "";
  return `, ${formatMoney({ minor: BigInt(minor), currency })}`;
}

function figureLine(figure: ConservationFigure): string {
  const { target, entity, currency, source_count, source_minor, by_state } = figure;
  const parts = Object.entries(by_state)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, { count, minor }]) => `${count} ${state}${moneyText(minor, currency)}`);
  return `${target} ${entity}: ${source_count}${moneyText(source_minor, currency)} = ${parts.join(" + ")}`;
}

function untied(figure: ConservationFigure): Violation[] {
  const handed = Object.values(figure.by_state).reduce(
    (sum, one) => sum + BigInt(one.minor ?? 0),
    0n,
  );
  const told = BigInt(figure.source_minor ?? 0);
  if (handed === told) return [];
  const { target, entity, currency } = figure;
  const what = "money of the source is not the money handed off";
  return [{ what, ids: [`${target} ${entity} ${currency ?? ""}`], detail: figureLine(figure) }];
}

/**
 * Confirmed facts against the target's own documents: there, and with the same gross amount. The
 * sign is a matter of the target's dialect (a credit memo is positive in most), so magnitudes are
 * compared. Operations whose documents a target does not list at all are told as not checked.
 */
async function compareTargets(
  context: InvariantContext,
): Promise<Required<Omit<Finding, "figures">>> {
  const looked: Record<string, number> = {};
  const violations: Violation[] = [];
  const notChecked: string[] = [];
  const limits: string[] = [];
  for (const target of context.targets.values()) {
    const name = target.connection;
    const reading = await context.documents(target);
    if (!reading.ok) {
      notChecked.push(`${name}: its documents cannot be read (${reading.reason})`);
      continue;
    }
    const documents = new Map(reading.documents.map((one) => [one.reference ?? "", one]));
    const facts = await listConfirmedFacts(context.pool, name);
    const listed = new Set(
      facts.filter((one) => documents.has(one.reference)).map((one) => one.operation),
    );
    looked[`confirmed facts of ${name}`] = facts.length;
    if (facts.length > 0 && listed.size === 0) {
      const detail = `${facts.length} facts are confirmed there, and it lists none of them`;
      violations.push({ what: "target without any document of ours", ids: [name], detail });
      continue;
    }
    const unlisted = new Set(facts.map((one) => one.operation).filter((one) => !listed.has(one)));
    for (const operation of unlisted) {
      limits.push(`${name} lists no document of ${operation}; ours are not compared`);
    }
    for (const fact of facts) {
      if (!listed.has(fact.operation)) continue;
      const document = documents.get(fact.reference);
      const ids = [fact.handoff_id, fact.reference];
      if (document === undefined) {
        const detail = `${fact.operation} is confirmed and ${name} does not have it`;
        violations.push({ what: "confirmed document that is not there", ids, detail });
        continue;
      }
      const { amount } = document;
      if (amount === undefined || fact.amount_minor === null || fact.currency === null) continue;
      const meant = BigInt(fact.amount_minor);
      if (amount.currency === fact.currency && magnitude(amount.minor) === magnitude(meant))
        continue;
      const ours = formatMoney({ minor: meant, currency: fact.currency });
      const detail = `${name} ${document.externalId} says ${formatMoney(amount)}, ours ${ours}`;
      violations.push({ what: "document with another amount", ids, detail });
    }
  }
  return { looked, violations, notChecked, limits };
}

function magnitude(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
