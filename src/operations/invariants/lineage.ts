import { contractFor } from "../../contracts/registry.ts";
import { checkLineage, countContracts } from "../../store/check-lineage.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { ofLedger } from "./invariant.ts";

export const lineage: Invariant = {
  name: "Lineage",
  holdsWhen: "document ↔ handoff ↔ event ↔ raw bytes, with contract and flow versions",
  check: async ({ pool }) => {
    const ledger = ofLedger(await checkLineage(pool));
    const unknown = (await countContracts(pool)).flatMap(
      ({ type, version, events }): Violation[] =>
        contractFor(type, version) === undefined
          ? [
              {
                what: "events of a contract that is not kept",
                ids: [`${type}@${version}`],
                detail: `${events} events cannot be read by this version`,
              },
            ]
          : [],
    );
    return { ...ledger, violations: [...ledger.violations, ...unknown] };
  },
};
