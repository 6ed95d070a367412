/** What the hub's sweeper does again and again, and how often. */
import type { LaneStarter } from "../engine/lanes/lane-starter.ts";
import { isRegistered, register } from "../engine/restate-client.ts";
import { sealCommitted } from "../engine/sealer.ts";
import type { Duty } from "../engine/sweeper.ts";
import type { Releaser } from "../intake/release-after-commit.ts";
import { operations } from "../operations/all-operations.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";
import { announceHub, liveHubs } from "../store/announce-hub.ts";
import type { Pool } from "../store/database.ts";
import { ensurePartitions } from "../store/ensure-partitions.ts";
import { exceptOverdue } from "../store/except-overdue.ts";
import type { Need } from "../store/except-stranded.ts";
import { exceptStranded } from "../store/except-stranded.ts";
import { findDueHeads, findStaleHeads } from "../store/find-due-heads.ts";
import { findLanesToStart } from "../store/find-lanes-to-start.ts";
import { forgetExpired } from "../store/forget-expired.ts";
import type { Keyring } from "../store/keyring.ts";
import { readyUnordered } from "../store/ready-unordered.ts";
import { noticeWantedObjects } from "../store/wanted-objects.ts";
import type { HubIntake } from "./hub-intake.ts";
import type { HubSettings } from "./hub-settings.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

export interface DutyParts {
  readonly settings: HubSettings;
  readonly pool: Pool;
  readonly keyring: Keyring;
  readonly starter: LaneStarter;
  readonly releaser: Releaser;
  readonly intake: HubIntake;
  readonly endpointUrl: string;
  /** False while the ledger has room for outcomes only. */
  readonly mayClaim: () => boolean;
}

/** What a clock of ours asks operations with. */
function clockContext({ pool, keyring, settings, releaser }: DutyParts): OperationContext {
  return {
    pool,
    keyring,
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    actor: { name: `hub ${settings.name}`, roles: ["system"] },
    version: settings.version,
    targets: new Map(settings.targets.map(({ target }) => [target.connection, target])),
    sources: new Map(settings.sources.map((source) => [source.connection, source])),
    release: async (keys) => releaser.add(keys),
  };
}

const NO_ID = "00000000-0000-0000-0000-000000000000";

export function hubDuties(parts: DutyParts): { atStart: Duty[]; later: Duty[] } {
  const { settings, pool, starter, endpointUrl } = parts;
  const announce: Duty = {
    name: "announce",
    everyMs: 2000,
    async run() {
      await announceHub(pool, settings.name, endpointUrl, settings.version);
      starter.setHubs(await liveHubs(pool));
    },
  };
  const engine: Duty = {
    name: "register-with-engine",
    everyMs: 3000,
    async run() {
      if (await isRegistered(settings.engine, settings.name, endpointUrl)) return;
      await register(settings.engine, endpointUrl);
      settings.log.info({ endpointUrl }, "registered with the engine");
    },
  };
  return { atStart: [announce, engine], later: [...movingDuties(parts), ...slowDuties(parts)] };
}

/** Rows that one walk over the waiting looks at: some tens of milliseconds. */
const STALE_PAGE = 2000;

/** What keeps handoffs moving; each is cheap and does nothing when all is well. */
function movingDuties(parts: DutyParts): Duty[] {
  const { settings, pool, starter, releaser } = parts;
  const budgets = settings.budgets.map((budget) => budget.name);
  let staleAfter = NO_ID;
  return [
    {
      name: "release-due",
      everyMs: 250,
      async run() {
        releaser.add(await findDueHeads(pool, budgets, 500));
        starter.ready(await readyUnordered(pool, 5000));
      },
    },
    {
      name: "start-lanes",
      everyMs: 500,
      async run() {
        if (!parts.mayClaim()) return;
        for (const seat of await findLanesToStart(pool)) starter.start(seat);
      },
    },
    {
      name: "release-stale",
      everyMs: 2000,
      async run() {
        const { keys, lastId } = await findStaleHeads(pool, staleAfter, STALE_PAGE);
        staleAfter = lastId ?? NO_ID;
        releaser.add(keys);
      },
    },
  ];
}

/** Several hubs ask; the ledger lets one look at a target, and once in the time that is set. */
function observeDuty(parts: DutyParts): Duty[] {
  const { settings } = parts;
  const everyMs = settings.observeEveryMs;
  if (everyMs === undefined) return [];
  const notWithinSeconds = Math.floor(everyMs / 2000);
  return [
    {
      name: "observe-targets",
      everyMs,
      async run(isStopping) {
        const context = { ...clockContext(parts), shouldStop: isStopping };
        const asked = { notWithinSeconds };
        const { looks } = await runOperation(operations.observeTarget, context, asked);
        for (const { target, done, why, found, mended, openCount, incomplete } of looks) {
          if (!done) settings.log.info({ target, why }, "target not observed");
          else if (found.length + mended.length + incomplete.length > 0) {
            const figures = { target, openCount, mended: mended.length, incomplete };
            // Their codes: what differs may be a name, and a log cannot be erased.
            const cases = found.map((one) => one.code);
            settings.log.warn({ ...figures, found: cases }, "target observed: it differs");
          }
        }
      },
    },
  ];
}

/** Needs that one walk looks at, some tens of milliseconds, and handoffs that it gives up on. */
const STRANDED_PAGE = { needs: 2000, handoffs: 500 };

function overdueDuty(pool: Pool): Duty {
  let strandedAfter: Need | undefined;
  return {
    name: "except-overdue",
    everyMs: 30_000,
    async run() {
      await exceptOverdue(pool);
      strandedAfter = (await exceptStranded(pool, strandedAfter, STRANDED_PAGE)).after;
    },
  };
}

/** What a clock asks for now and then. */
function slowDuties(parts: DutyParts): Duty[] {
  const { settings, pool, intake } = parts;
  return [
    {
      name: "fetch-missing",
      everyMs: 5000,
      async run() {
        await noticeWantedObjects(pool, settings.graceSeconds ?? 30);
        await intake.fetchWanted();
      },
    },
    {
      name: "seal",
      everyMs: 1000,
      run: async () => void (await sealCommitted(pool)),
    },
    {
      name: "expire-exclusions",
      everyMs: 60_000,
      run: async () =>
        void (await runOperation(operations.expireExclusions, clockContext(parts), {})),
    },
    overdueDuty(pool),
    {
      name: "sweep-sources",
      everyMs: settings.sweepEveryMs,
      run: async () => void (await intake.sweepAll()),
    },
    ...observeDuty(parts),
    {
      name: "forget-expired",
      everyMs: 3_600_000,
      run: () => forgetExpired(pool),
    },
    {
      name: "partitions",
      everyMs: 3_600_000,
      async run() {
        const { left } = await ensurePartitions(pool, systemClock.now());
        if (left.length > 0) settings.log.warn({ left }, "partitions not made; repeated");
      },
    },
  ];
}
