import type { ServiceClass } from "../contracts/service-class.ts";
import { serviceClasses } from "../contracts/service-class.ts";

/** Stored and ordered as a small integer: the lower goes first. */
export function rankOf(serviceClass: ServiceClass): number {
  return serviceClasses.indexOf(serviceClass);
}

/**
 * Seats that serve the lowest class first, so that a backfill is never starved: a tenth of the
 * seats, at least one once there are five, counted from the last seat.
 */
export function isReservedSeat(seat: number, seats: number): boolean {
  const reserved = seats < 5 ? 0 : Math.max(1, Math.floor(seats / 10));
  return seat >= seats - reserved;
}
