/** What a clock asks: exclusions whose time is over are exceptions again. */
import { z } from "zod";
import { transition } from "../handoffs/states.ts";
import { uuidV7 } from "../kernel/ids.ts";
import { expireExclusions, findExpiredExclusions } from "../store/expire-exclusions.ts";
import { operationsErrors } from "./errors.ts";
import { defineOperation } from "./operation.ts";

/** One run takes so many; the next takes the rest. */
const MOST = 500;

export const expireExclusionsOperation = defineOperation({
  name: "expire-exclusions",
  summary: "Turns exclusions whose time is over into exceptions again.",
  permission: "exception.expire",
  input: z.strictObject({}),
  output: z.strictObject({ expired: z.number() }),
  errors: [],
  run: async ({ pool, clock, random }) => {
    const due = await findExpiredExclusions(pool, MOST);
    if (due.length === 0) return { expired: 0 };
    const { code, message } = operationsErrors.E_OPERATIONS_EXCLUSION_EXPIRED();
    const rows = due.map(({ id }) => ({
      id,
      caseId: uuidV7(clock, random),
      to: transition("excluded", "exclusion-expired"),
    }));
    return { expired: await expireExclusions(pool, rows, { code, message }) };
  },
});
