import { checkContents, checkTriggers } from "../../store/check-immutability.ts";
import { evidenceTables } from "../../store/evidence-tables.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const immutability: Invariant = {
  name: "Immutability",
  holdsWhen: "events, attempts, outcomes, raw messages and audit rows are never changed",
  check: async ({ pool, sample }) => {
    const names = evidenceTables.map(({ name }) => name);
    const tables = await checkTriggers(pool, names);
    const violations = tables
      .filter((table) => !table.held)
      .map(({ name }): Violation => {
        const detail = "no enabled trigger refuses update and delete";
        return { what: "table that may be changed", ids: [name], detail };
      });
    const looked: Record<string, number> = { tables: tables.length };
    for (const { table, rows, changed } of await checkContents(pool, sample)) {
      looked[`contents of ${table}`] = rows;
      const detail = "its content is not what its row_hash was taken over";
      for (const id of changed) {
        violations.push({ what: `changed row of ${table}`, ids: [id], detail });
      }
    }
    return {
      looked,
      violations,
      notChecked: [],
      limits: [
        `contents older than the newest ${sample} rows of a table; other columns once they are sealed (Chain)`,
      ],
    };
  },
};
