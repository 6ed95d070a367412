/** What a hub is told when it starts. */
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { TargetConnection } from "../connectors/kit/target.ts";
import type { LaneLog } from "../engine/lanes/lane-context.ts";
import type { ProviderSettings } from "../http/api/api-parts.ts";
import type { Report } from "../http/server.ts";
import type { Space } from "../intake/space-watch.ts";
import type { Passwords } from "../operations/people/passwords.ts";
import type { Flow } from "../routing/flow.ts";
import type { Pool } from "../store/database.ts";
import type { MasterKeys } from "../store/master-key.ts";
import type { RetentionSettings } from "../store/retention-classes.ts";

export interface BudgetSetting {
  readonly name: string;
  readonly concurrency: number;
  readonly ratePerSecond?: number;
}

export interface PeopleSettings {
  readonly passwords: Passwords;
  /** Where browsers reach the hub, when that is not its own address. */
  readonly publicUrl: URL | undefined;
  readonly provider?: ProviderSettings | undefined;
}

/** What the configuration may say about sizes; MiB, for nobody writes bytes. */
export interface LimitSettings {
  /** Intake refuses when less than this is left; 1024 unless said otherwise. */
  readonly refuseBelowMiB?: number;
  /** Lanes claim nothing when less than this is left; 512 unless said otherwise. */
  readonly pauseBelowMiB?: number;
  /** What a ledger on a server elsewhere may grow to; without it only its own refusal is heard. */
  readonly ledgerMostMiB?: number;
  /** Bytes of webhook bodies that may be under way at once; 64 unless said otherwise. */
  readonly bodiesUnderWayMiB?: number;
}

export interface HubSettings {
  readonly name: string;
  readonly version: string;
  readonly databaseUrl: string;
  readonly migrationsDir: string;
  /** What wraps the keys of personal data. */
  readonly masterKeys: MasterKeys;
  readonly engine: { readonly ingressUrl: string; readonly adminUrl: string };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly trustedProxies?: readonly string[] | undefined;
    readonly consoleDir?: string;
  };
  /** What people may ask over HTTP; absent where only facts come in. */
  readonly people?: PeopleSettings;
  /**
   * Where the engine reaches this hub: bound to host and port (0 takes a free one), told to the
   * engine as `url` where that differs (an engine on another machine).
   */
  readonly endpoint: {
    readonly host: string;
    readonly port: number;
    readonly url?: string | undefined;
  };
  readonly sources: readonly SourceConnection[];
  readonly targets: readonly { readonly target: TargetConnection; readonly budget: string }[];
  readonly budgets: readonly BudgetSetting[];
  readonly flows: readonly Flow[];
  readonly sweepEveryMs: number;
  /** How often each target that can be watched is looked at; undefined: never. */
  readonly observeEveryMs?: number | undefined;
  /** How long a handoff waits for an object nobody told of before the object is fetched. */
  readonly graceSeconds?: number;
  /** Months that classes of rows are kept for; what is not named is kept for good. */
  readonly retention?: RetentionSettings | undefined;
  /** Sizes beyond which intake refuses and lanes wait. */
  readonly limits?: LimitSettings | undefined;
  /** A folder on the disk that holds the ledger; unknown where the server is somebody else's. */
  readonly ledgerFolder?: string | undefined;
  /** Bytes that are left, instead of a look at the folder; tests only. */
  readonly readRoom?: () => Promise<number | undefined>;
  readonly log: LaneLog;
  /** Ends the process at a labelled point; tests only. */
  readonly crash: (label: string) => void;
  readonly reports: (parts: HubParts) => HubReports;
  readonly onCall: (target: string, outcomeClass: string, durationMs: number) => void;
  readonly onIntake: (connection: string, verdict: string, durationMs: number) => void;
}

/** What health and metrics are read from. */
export interface HubParts {
  readonly pool: Pool;
  readonly engineHealthy: () => Promise<boolean>;
  readonly pressure: () => { readonly waiting: number; readonly bytes: number };
  readonly runningSeats: (budget: string) => number;
  readonly space: () => Space;
}

export interface HubReports {
  health(): Promise<Report>;
  ready(): Promise<Report>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}
