/**
 * The configuration: connections, budgets, flows. `tieout.config.ts` exports
 * `defineConfig(({ env }) => ({ … }))`; without one the demo company runs on the sandboxes.
 *
 * A connector costs one line in `openSource` or `openTarget` below.
 */
import { createJiti } from "jiti";
import { z } from "zod";
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { TargetConnection } from "../connectors/kit/target.ts";
import type { NetSuiteSettings } from "../connectors/netsuite/settings.ts";
import { netsuiteSettingsSchema } from "../connectors/netsuite/settings.ts";
import { netSuiteTarget } from "../connectors/netsuite/target.ts";
import type { StripeSettingsInput } from "../connectors/stripe/settings.ts";
import { stripeSource } from "../connectors/stripe/source.ts";
import { trytonSettingsSchema } from "../connectors/tryton/settings.ts";
import { trytonTarget } from "../connectors/tryton/target.ts";
import type { WarehouseSettingsInput } from "../connectors/warehouse/settings.ts";
import { warehouseTarget } from "../connectors/warehouse/warehouse-target.ts";
import type { Flow } from "../routing/flow.ts";
import type { RetentionSettings } from "../store/retention-classes.ts";
import { appErrors } from "./errors.ts";
import type { BudgetSetting, LimitSettings } from "./hub-settings.ts";
import { systemClock, systemRandom } from "./system.ts";

export type SourceSetting = { readonly system: "stripe"; readonly settings: StripeSettingsInput };

export type TargetSetting =
  | {
      readonly system: "netsuite";
      readonly budget: string;
      readonly settings: z.input<typeof netsuiteSettingsSchema>;
    }
  | {
      readonly system: "tryton";
      readonly budget: string;
      readonly settings: z.input<typeof trytonSettingsSchema>;
    }
  | {
      readonly system: "warehouse";
      readonly budget: string;
      readonly settings: WarehouseSettingsInput;
    };

export interface TieoutConfig {
  readonly sources: readonly SourceSetting[];
  readonly targets: readonly TargetSetting[];
  readonly budgets: readonly BudgetSetting[];
  readonly flows: readonly Flow[];
  /** Minutes between two readings of the sources' own lists. */
  readonly sweepMinutes?: number;
  /** Minutes between two looks at what was done in the targets by hand; 60 by default. */
  readonly observeMinutes?: number;
  /** How long a handoff waits for an object nobody told of before it is fetched; 30 by default. */
  readonly graceSeconds?: number;
  /** Sizes beyond which intake refuses and lanes wait. */
  readonly limits?: LimitSettings;
  /**
   * Months that what arrived (`raw`) and what was said to targets (`calls`) are kept for; a class
   * that is not named is kept for good. Nothing goes by itself: see `tieout retention`.
   */
  readonly retention?: RetentionSettings;
}

export interface ConfigInput {
  /** A variable that must be set: `env("STRIPE_API_KEY")`. Throws E_APP_VARIABLE_MISSING. */
  readonly env: (name: string) => string;
  /** The ledger's own address, for a warehouse that lives beside it. */
  readonly databaseUrl: string;
}

export type ConfigMaker = (input: ConfigInput) => TieoutConfig;

/** Types a configuration file. */
export function defineConfig(make: ConfigMaker): ConfigMaker {
  return make;
}

/** Loads a configuration file, TypeScript included. Throws E_APP_CONFIG. */
export async function loadConfig(file: string, input: ConfigInput): Promise<TieoutConfig> {
  const loaded = await createJiti(import.meta.url, { fsCache: false }).import(file, {
    default: true,
  });
  if (typeof loaded !== "function") {
    throw appErrors.E_APP_CONFIG({ file, reason: "its default export is not defineConfig(…)" });
  }
  return (loaded as ConfigMaker)(input);
}

export interface Connections {
  readonly sources: readonly SourceConnection[];
  readonly targets: readonly { readonly target: TargetConnection; readonly budget: string }[];
}

const surroundings = { clock: systemClock, random: systemRandom };

/**
 * Opens every connection. Throws E_APP_CONFIG naming the connection and what is wrong with it, and
 * E_APP_BUDGET_SHARED.
 */
export function openConnections(
  config: TieoutConfig,
  onIdleError: (cause: Error) => void,
): Connections {
  const connections: Connections = {
    sources: config.sources.map((one) =>
      checked(one.settings.connection, () => stripeSource(one.settings, surroundings)),
    ),
    targets: config.targets.map((one) => ({
      budget: one.budget,
      target: checked(one.settings.connection, () => openTarget(one, onIdleError)),
    })),
  };
  refuseSharedBulkBudgets(connections.targets);
  return connections;
}

/** A batch is claimed by its budget alone: another target's handoffs would go to the bulk one. */
function refuseSharedBulkBudgets(targets: Connections["targets"]): void {
  for (const { target: bulk, budget } of targets) {
    if (bulk.kind !== "bulk") continue;
    const other = targets.find((one) => one.budget === budget && one.target !== bulk);
    if (other === undefined) continue;
    const [first, second] = [other.target.connection, bulk.connection];
    throw appErrors.E_APP_BUDGET_SHARED({ first, second, budget });
  }
}

function openTarget(one: TargetSetting, onIdleError: (cause: Error) => void): TargetConnection {
  if (one.system === "warehouse") return warehouseTarget(one.settings, { onIdleError });
  if (one.system === "tryton") {
    return trytonTarget(trytonSettingsSchema.parse(one.settings), surroundings);
  }
  const settings: NetSuiteSettings = netsuiteSettingsSchema.parse(one.settings);
  return netSuiteTarget(settings, surroundings);
}

function checked<T>(connection: string, open: () => T): T {
  try {
    return open();
  } catch (thrown) {
    if (!(thrown instanceof z.ZodError)) throw thrown;
    const reason = thrown.issues.map((one) => `${one.path.join(".")}: ${one.message}`).join("; ");
    throw appErrors.E_APP_CONFIG({ file: `connection ${connection}`, reason }, thrown);
  }
}
