/**
 * What people's requests run on: connections of their own, so that a page full of stories never
 * keeps a fact or a lane waiting, and row security where the ledger allows it.
 */
import { isHealthy } from "../engine/restate-client.ts";
import type { ApiParts } from "../http/api/api-parts.ts";
import type { Releaser } from "../intake/release-after-commit.ts";
import type { Pool } from "../store/database.ts";
import { openDatabase, scopedPool } from "../store/database.ts";
import type { ApiRole } from "../store/ensure-api-role.ts";
import { API_ROLE, ensureApiRole } from "../store/ensure-api-role.ts";
import { storeErrors } from "../store/errors.ts";
import type { Keyring } from "../store/keyring.ts";
import type { HubSettings } from "./hub-settings.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

export interface HubApi {
  readonly parts: Omit<ApiParts, "onError">;
  close(): Promise<void>;
}

const CONNECTIONS = 6;

export async function openHubApi(
  settings: HubSettings,
  keyring: Keyring,
  releaser: Pick<Releaser, "add">,
): Promise<HubApi | undefined> {
  const { people, log } = settings;
  if (people === undefined) return undefined;
  const pool = openDatabase({
    url: settings.databaseUrl,
    connections: CONNECTIONS,
    name: `tieout ${settings.name} api`,
    onIdleError: (cause) => log.warn({ reason: cause.message }, "ledger connection lost"),
  });
  const role = await ensureApiRole(pool);
  if (!role.ready) {
    log.warn({ why: role.why, remedy: role.remedy }, "requests of people are refused");
  }
  return {
    parts: {
      context: {
        pool,
        keyring,
        clock: systemClock,
        random: systemRandom,
        hasher: systemHasher,
        version: settings.version,
        targets: new Map(settings.targets.map(({ target }) => [target.connection, target])),
        sources: new Map(settings.sources.map((source) => [source.connection, source])),
        release: async (keys) => releaser.add(keys),
        surroundings: { engineReachable: () => isHealthy(settings.engine) },
        retention: settings.retention,
        scoped: scopedBy(pool, role),
      },
      passwords: people.passwords,
      publicUrl: people.publicUrl,
      provider: people.provider,
    },
    close: () => pool.end(),
  };
}

/** Without the role nothing is answered: one wall of two is not what a person was promised. */
export function scopedBy(pool: Pool, role: ApiRole): NonNullable<ApiParts["context"]["scoped"]> {
  return (scope) => {
    if (!role.ready) throw storeErrors.E_STORE_API_ROLE({ remedy: role.remedy });
    return scopedPool(pool, { role: API_ROLE, ...scope });
  };
}
