/** The hub's way in: group commit, webhook endpoints, sweeps, fetching of what is missing. */
import type { ReceivedRequest } from "../connectors/kit/source.ts";
import { checkContract } from "../contracts/check-contract.ts";
import type { IntakeAnswer } from "../http/server.ts";
import type { FactMaker } from "../intake/fact-maker.ts";
import { fetchMissing } from "../intake/fetch-missing.ts";
import type { GroupCommit } from "../intake/group-commit.ts";
import { makeGroupCommit } from "../intake/group-commit.ts";
import { receiveWebhook } from "../intake/receive-webhook.ts";
import type { Releaser } from "../intake/release-after-commit.ts";
import type { SpaceWatch } from "../intake/space-watch.ts";
import { storeFacts } from "../intake/store-facts.ts";
import type { SweepReport } from "../intake/sweep-source.ts";
import { sweepStream } from "../intake/sweep-source.ts";
import { isTieoutError, messageOf } from "../kernel/errors.ts";
import type { TargetFacts } from "../routing/flow.ts";
import { makeRouter } from "../routing/route-event.ts";
import type { Pool } from "../store/database.ts";
import type { Fact } from "../store/fact-rows.ts";
import type { Keyring } from "../store/keyring.ts";
import { appErrors } from "./errors.ts";
import type { HubSettings } from "./hub-settings.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

/** Transactions of intake under way at once: for the day when one of them waits for a lock. */
const PARALLEL_GROUPS = 3;
/** A group of a full house takes some 20 ms on a busy machine; what takes longer is stuck. */
const PATIENCE_MS = 60;
const GROUP_SIZE = 256;
export const MOST_WAITING = 4096;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

export interface SweepTotal {
  readonly seen: number;
  readonly missed: number;
}

/** What of a hub's settings decides how facts come in. */
export type IntakeSettings = Pick<
  HubSettings,
  "sources" | "targets" | "flows" | "log" | "crash" | "onIntake"
>;

export interface HubIntake {
  readonly group: GroupCommit;
  readonly endpoints: ReadonlyMap<
    string,
    { readonly maxBodyBytes: number; receive(request: ReceivedRequest): Promise<IntakeAnswer> }
  >;
  /** Reads every source's own list to its end. Throws E_APP_SWEEP after all, where one failed. */
  sweepAll(): Promise<SweepTotal>;
  fetchWanted(): Promise<number>;
}

export function makeHubIntake(
  settings: IntakeSettings,
  pool: Pool,
  keyring: Keyring,
  releaser: Releaser,
  watch: SpaceWatch,
): HubIntake {
  const maker: FactMaker = {
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    route: makeRouter(settings.flows, targetFacts(settings.targets)),
    checkContract,
  };
  const factStore = { pool, hasher: systemHasher, keyring, onCommitted: releaser.addFacts };
  const store = async (facts: readonly Fact[]) => {
    settings.crash("before-intake-commit");
    const verdicts = await storeFacts(factStore, facts);
    settings.crash("after-intake-commit");
    for (const verdict of verdicts) if (verdict.kind === "failed") watch.noteFailure(verdict.cause);
    return verdicts;
  };
  // What was taken from a sender is stored; what we would only fetch ourselves can wait.
  const storeOwn = (facts: readonly Fact[]) => {
    watch.demand();
    return store(facts);
  };
  const group = makeGroupCommit({
    store,
    groupSize: GROUP_SIZE,
    parallel: PARALLEL_GROUPS,
    maxWaiting: MOST_WAITING,
    maxWaitingBytes: MOST_WAITING_BYTES,
    patienceMs: PATIENCE_MS,
    soon: (task) => void setTimeout(task, 1),
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
  });
  const sources = new Map(settings.sources.map((source) => [source.connection, source]));
  return {
    group,
    endpoints: endpointsOf(settings, maker, group, watch),
    sweepAll: () => sweepAll(settings, { maker, pool, store: storeOwn, shouldStop: () => false }),
    async fetchWanted() {
      watch.demand();
      return fetchMissing({ maker, pool, store: storeOwn, sources }, 50);
    },
  };
}

function endpointsOf(
  settings: IntakeSettings,
  maker: FactMaker,
  group: GroupCommit,
  watch: SpaceWatch,
): HubIntake["endpoints"] {
  return new Map(
    settings.sources.map((source) => [
      source.connection,
      {
        maxBodyBytes: source.maxBodyBytes,
        receive: async (request: ReceivedRequest) => {
          const started = systemClock.monotonic();
          const answer = await receiveWebhook(maker, group, source, request, watch.demand);
          const verdict = answer.kind === "kept" ? answer.verdict : answer.kind;
          settings.onIntake(source.connection, verdict, systemClock.monotonic() - started);
          return answer;
        },
      },
    ]),
  );
}

/**
 * A source that cannot be swept (a key revoked, a gap) keeps none of the others from it. Throws
 * E_APP_SWEEP once all were tried, with what failed, and E_INTAKE_NO_ROOM at once.
 */
async function sweepAll(
  settings: IntakeSettings,
  sweeping: Parameters<typeof sweepStream>[0],
): Promise<SweepTotal> {
  const total = { seen: 0, missed: 0 };
  const failed: string[] = [];
  const causes: unknown[] = [];
  for (const source of settings.sources) {
    for (const stream of source.sweep?.streams ?? []) {
      try {
        const report = await sweepStream(sweeping, source, stream);
        total.seen += report.seen;
        total.missed += report.missed.length;
        if (report.missed.length > 0) tellMissed(settings, report);
      } catch (thrown) {
        // The ledger's lack, not this source's: it holds for all of them.
        if (isTieoutError(thrown, "E_INTAKE_NO_ROOM")) throw thrown;
        const code = isTieoutError(thrown) ? `${thrown.code}: ` : "";
        failed.push(`${source.connection}/${stream} (${code}${messageOf(thrown)})`);
        causes.push(thrown);
      }
    }
  }
  if (failed.length === 0) return total;
  throw appErrors.E_APP_SWEEP({ count: failed.length, failed: failed.join("; ") }, causes[0]);
}

function tellMissed({ log }: IntakeSettings, { connection, missed }: SweepReport): void {
  const facts = missed.slice(0, 20).map((one) => one.factId);
  log.warn({ connection, missed: missed.length, facts }, "facts that no webhook brought");
}

/** What routing must know of the declared targets. */
export function targetFacts(targets: HubSettings["targets"]): TargetFacts[] {
  return targets.map(({ target, budget }) => ({
    connection: target.connection,
    account: target.account,
    budget,
    ordered: target.kind === "call",
    effects: Object.fromEntries(
      Object.entries(target.operations).map(([name, spec]) => [name, spec.effect]),
    ),
  }));
}
