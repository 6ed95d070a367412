/** The plan of a request, also of one that was stored and read again. */
import type { PreparedCall } from "../kit/target.ts";
import { trytonErrors } from "./errors.ts";
import type { Plan } from "./plan.ts";
import { planSchema } from "./plan.ts";

/** Throws E_TRYTON_REQUEST_UNREADABLE. */
export function planOf(call: PreparedCall): Plan {
  const read = planSchema.safeParse(call.body);
  if (read.success) return read.data;
  const reason = read.error.issues.map((one) => `${one.path.join(".")} ${one.message}`).join("; ");
  throw trytonErrors.E_TRYTON_REQUEST_UNREADABLE({ reason });
}
