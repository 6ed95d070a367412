/**
 * Asks the targets, before claims, whether this instance of the ledger is the one that may send. A
 * copy that was restored and confirmed has put its mark there; whoever finds a later mark than its
 * own switches its own sending off, for good as far as it can see.
 *
 * A look is good for `MARKER_AGE_MS`. A target that cannot be looked at is not sent to.
 */
import type { EpochMarker, TargetConnection } from "../../connectors/kit/target.ts";
import type { Life } from "../../handoffs/epoch.ts";
import { judgeMarker } from "../../handoffs/epoch.ts";
import type { Clock } from "../../kernel/clock.ts";
import { messageOf } from "../../kernel/errors.ts";
import type { Pool } from "../../store/database.ts";
import { fenceSending, readSending } from "../../store/sending-permission.ts";
import { laneErrors } from "./errors.ts";

/** How old a look at a marker may be when a call is claimed. */
export const MARKER_AGE_MS = 15_000;
/** How soon a target is looked at again that could not be looked at, or that fenced us. */
const CLOSED_MS = 2_000;

export interface EpochGuard {
  /** True when calls to all targets of the budget may be claimed. Never throws. */
  mayCall(budget: { readonly targets: ReadonlyMap<string, TargetConnection> }): Promise<boolean>;
}

export interface GuardLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface Look {
  readonly at: number;
  readonly open: Promise<boolean>;
  /** Settled: how long the look is good for. */
  goodForMs: number;
}

export function makeEpochGuard(parts: {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: GuardLog;
}): EpochGuard {
  const { clock } = parts;
  const looks = new Map<string, Look>();
  const look = (target: TargetConnection, marker: EpochMarker): Promise<boolean> => {
    const known = looks.get(target.connection);
    if (known !== undefined && clock.monotonic() - known.at < known.goodForMs) return known.open;
    const open = lookAt(parts, target.connection, marker);
    const fresh: Look = { at: clock.monotonic(), open, goodForMs: Number.POSITIVE_INFINITY };
    looks.set(target.connection, fresh);
    void open.then((isOpen) => {
      fresh.goodForMs = isOpen ? MARKER_AGE_MS : CLOSED_MS;
    });
    return open;
  };
  return {
    async mayCall({ targets }) {
      for (const target of targets.values()) {
        if (target.marker !== undefined && !(await look(target, target.marker))) return false;
      }
      return true;
    },
  };
}

async function lookAt(
  { pool, log }: { readonly pool: Pool; readonly log: GuardLog },
  target: string,
  marker: EpochMarker,
): Promise<boolean> {
  try {
    const own = await readSending(pool);
    // A restored ledger that nobody confirmed leaves no mark: the original is still the one.
    if (own?.allowed !== true) return false;
    const { epoch, instance } = own;
    let found = await marker.read(own.ledger);
    if (judgeMarker(own, found) === "to-be-written") {
      await marker.write(own.ledger, { epoch, instance });
      // Two that write at once read the same afterwards, so at most one finds itself.
      found = await marker.read(own.ledger);
    }
    const verdict = judgeMarker(own, found);
    if (found !== undefined && verdict === "fenced") await stop(pool, log, target, own, found);
    return verdict === "ours";
  } catch (thrown) {
    const reason = messageOf(thrown);
    log.warn({ target, reason }, "the ledger's mark in the target cannot be read; nothing is sent");
    return false;
  }
}

async function stop(
  pool: Pool,
  log: GuardLog,
  target: string,
  own: Life,
  found: Life,
): Promise<void> {
  const error = laneErrors.E_LANE_FENCED({
    target,
    epoch: found.epoch,
    instance: found.instance,
    own: `${own.epoch} of ${own.instance}`,
  });
  if (await fenceSending(pool, own, `${error.code}: ${error.message}`)) {
    log.error({ target, code: error.code }, error.message);
  }
}
