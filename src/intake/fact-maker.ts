import type { checkContract } from "../contracts/check-contract.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Random } from "../kernel/random.ts";
import type { Router } from "../routing/route-event.ts";

/** What facts are made with; passed in, so that a test decides the time and the flows. */
export interface FactMaker {
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly route: Router;
  readonly checkContract: typeof checkContract;
}
