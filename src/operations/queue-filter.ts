/** Whose part of the queue is asked for. */
import { z } from "zod";
import type { QueueFilter } from "../store/list-exceptions.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";

export const queueInput = {
  whose: z.enum(["all", "mine", "unassigned"]).default("all").describe("given to whom"),
  snoozed: z
    .enum(["with", "without", "only"])
    .default("with")
    .describe("cases that somebody put off until a day"),
};

/** Throws E_OPERATIONS_WHOSE when nobody is there whose it could be. */
export function queueFilter(
  { actor }: OperationContext,
  { whose, snoozed }: Required<Pick<QueueFilter, "whose" | "snoozed">>,
): QueueFilter {
  const asker = actor.proof?.person;
  if (whose === "mine" && asker === undefined) {
    throw operationsErrors.E_OPERATIONS_WHOSE({ operation: "the queue" });
  }
  return { whose, snoozed, asker };
}
