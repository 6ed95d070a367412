import { referenceOf } from "../../handoffs/reference.ts";
import { eachNamedEffect, findMismatchedEffects } from "../../store/check-references.ts";
import { MOST_BROKEN } from "../../store/check-rows.ts";
import { idOf } from "../values.ts";
import type { Invariant, Violation } from "./invariant.ts";

const PAGE = 10_000;

export const keyStability: Invariant = {
  name: "KeyStability",
  holdsWhen: "reference = f(target account, source, object, operation, sub-id), for good",
  check: async ({ pool, hasher, targets, evidence }) => {
    const violations: Violation[] = [];
    const foreign = new Map<string, number>();
    const subIds = ["", ...(evidence?.subIds ?? [])];
    let handoffs = 0;
    for await (const page of eachNamedEffect(pool, PAGE)) {
      for (const row of page) {
        const target = targets.get(row.target);
        if (target === undefined) {
          foreign.set(row.target, (foreign.get(row.target) ?? 0) + 1);
          continue;
        }
        handoffs += 1;
        const { object, operation, connection } = row;
        const name = { targetAccount: target.account, sourceConnection: connection, object };
        const again = subIds.map((subId) => referenceOf({ ...name, operation, subId }, hasher));
        if (again.includes(row.reference) || violations.length >= MOST_BROKEN) continue;
        violations.push({
          what: "reference that is not made of its effect",
          ids: [idOf("handoff", row.id), row.reference],
          detail: `${operation} ${object} in ${target.account} makes ${again[0]}`,
        });
      }
    }
    for (const { handoff, reference, taken, meant } of await findMismatchedEffects(pool)) {
      const detail = `taken for ${taken}, used for ${meant}`;
      violations.push({ what: "one reference for two effects", ids: [handoff, reference], detail });
    }
    return {
      looked: { handoffs },
      violations,
      notChecked: [...foreign].map(([target, n]) => `${target}: not configured, ${n} handoffs`),
    };
  },
};
