/**
 * Which hub runs which seat: the live hub whose hash with the seat is highest. All hubs compute the
 * same answer without talking, and when one comes or goes only its own seats move. The answer may
 * be stale for some seconds; the lease and the fence keep that harmless.
 */
import type { Hasher } from "../../kernel/hashing.ts";
import { hex } from "../../kernel/hex.ts";
import type { SeatKey } from "../../store/take-lane.ts";

export function ownerOf(
  seat: SeatKey,
  hubs: readonly string[],
  hasher: Hasher,
): string | undefined {
  let best: { hub: string; score: string } | undefined;
  for (const hub of hubs) {
    const score = hex(hasher.sha256(`${hub}\n${seat.budget}\n${seat.seat}`)).slice(0, 16);
    if (best === undefined || score > best.score) best = { hub, score };
  }
  return best?.hub;
}
