/**
 * chosen  the cause, and the case of it, that the page is about; both stand in the address
 * view    whose part of the queue is shown; in the address as well
 * dialog  the act that is being prepared
 */
import type { QueueView } from "../api/queries.ts";

export interface Chosen {
  readonly cause?: string;
  readonly case?: string;
}

export function viewOf(text: string | undefined): QueueView {
  return text === "mine" || text === "unassigned" || text === "put-off" ? text : "all";
}

export type DialogName = "retry" | "exclude" | "assign" | "snooze" | "repair" | undefined;

/** One case, or all open cases of a cause. */
export type Which = { readonly id: string } | { readonly cause: string };
