import { findUnknownReferences } from "../../store/check-references.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const noOrphan: Invariant = {
  name: "NoOrphan",
  holdsWhen: "every target document that bears a reference of ours has a handoff",
  check: async (context) => {
    const looked: Record<string, number> = {};
    const violations: Violation[] = [];
    const notChecked: string[] = [];
    for (const target of context.targets.values()) {
      const name = target.connection;
      const reading = await context.documents(target);
      if (!reading.ok) {
        notChecked.push(`${name}: its documents cannot be read (${reading.reason})`);
        continue;
      }
      const ours = new Map<string, string>();
      for (const { reference, externalId } of reading.documents) {
        if (reference !== undefined) ours.set(reference, externalId);
      }
      looked[`references in ${name}`] = ours.size;
      for (const reference of await findUnknownReferences(context.pool, name, [...ours.keys()])) {
        violations.push({
          what: "document without a handoff",
          ids: [reference, ours.get(reference) ?? ""],
          detail: `${name} holds ${ours.get(reference)} under a reference that no handoff has`,
        });
      }
    }
    return { looked, violations, notChecked };
  },
};
