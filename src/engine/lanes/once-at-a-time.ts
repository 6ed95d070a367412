import type { SeatKey } from "../../store/take-lane.ts";

/**
 * An engine that was killed starts a run anew while this process is still in it. The second asking
 * gets the first one's result: two runs of one seat would have two calls in flight.
 */
export function onceAtATime(
  run: (seat: SeatKey) => Promise<boolean>,
): (seat: SeatKey) => Promise<boolean> {
  const underWay = new Map<string, Promise<boolean>>();
  return (seat) => {
    const name = `${seat.budget}/${seat.seat}`;
    const known = underWay.get(name);
    if (known !== undefined) return known;
    const started = run(seat).finally(() => underWay.delete(name));
    underWay.set(name, started);
    return started;
  };
}
