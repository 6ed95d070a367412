/**
 * Who goes first when a target's budget is short. A waiter lends its class and deadline to what it
 * waits for, so an urgent invoice lifts the backfilled customer it needs.
 */
export const serviceClasses = ["critical", "normal", "bulk"] as const;

export type ServiceClass = (typeof serviceClasses)[number];
