import { findExceptionTexts } from "../../store/check-references.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const singleEffect: Invariant = {
  name: "SingleEffect",
  holdsWhen: "the target holds one document per reference, or an exception names all of them",
  check: async (context) => {
    const looked: Record<string, number> = {};
    const violations: Violation[] = [];
    const notChecked: string[] = [];
    for (const target of context.targets.values()) {
      const reading = await context.documents(target);
      if (!reading.ok) {
        notChecked.push(`${target.connection}: its documents cannot be read (${reading.reason})`);
        continue;
      }
      const ids = new Map<string, string[]>();
      for (const { reference, externalId } of reading.documents) {
        if (reference !== undefined)
          ids.set(reference, [...(ids.get(reference) ?? []), externalId]);
      }
      looked[`documents of ${target.connection}`] = reading.documents.length;
      const doubles = [...ids].filter(([, documents]) => documents.length > 1);
      const references = doubles.map(([reference]) => reference);
      const told = await findExceptionTexts(context.pool, target.connection, references);
      for (const [reference, documents] of doubles) {
        const text = told.get(reference) ?? "";
        if (documents.every((id) => text.includes(id))) continue;
        violations.push({
          what: "several documents under one reference",
          ids: [reference, ...documents],
          detail: `${target.connection} holds ${documents.length}, and no open exception names them all`,
        });
      }
    }
    return { looked, violations, notChecked };
  },
};
