import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyDatabase } from "../../test/support/database.ts";
import { openDatabase } from "./database.ts";

const day = fc.date({
  min: new Date("1970-01-02"),
  max: new Date("9999-12-31"),
  noInvalidDate: true,
});

test("given times of any zone and precision, then they are read as instants to the millisecond", async () => {
  const database = await emptyDatabase();
  const pool = openDatabase({
    ...{ url: database.url, connections: 1, name: "test", onIdleError: () => {} },
  });
  try {
    for (const zone of ["UTC", "Asia/Kathmandu", "America/St_Johns"]) {
      await pool.query(`set timezone = '${zone}'`);
      await fc.assert(
        fc.asyncProperty(fc.array(day), fc.integer({ min: 0, max: 999 }), async (days, micros) => {
          const texts = days.map((one) =>
            one.toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`),
          );
          const { rows } = await pool.query<{ at: string }>(
            "select at from unnest($1::timestamptz[]) with ordinality as u(at, n) order by n",
            [texts],
          );
          expect(rows.map(({ at }) => at)).toEqual(days.map((one) => one.toISOString()));
        }),
        { numRuns: 40 },
      );
    }
  } finally {
    await pool.end();
    await database.drop();
  }
});
