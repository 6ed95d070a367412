import type { Json } from "../kernel/strict-json.ts";
import type { Contract } from "./contract.ts";
import { contractsErrors } from "./errors.ts";
import { contracts } from "./registry.ts";

export interface Upcast {
  readonly data: Json;
  readonly version: number;
}

/**
 * Makes a reader of one set of contracts: it brings stored data of any known version to the
 * newest, one version at a time. Stored bytes never change; only what is read does.
 *
 * Throws E_CONTRACT_TYPE_UNKNOWN, E_CONTRACT_VERSION_UNKNOWN (a newer program wrote it) and
 * E_CONTRACT_UPCAST_MISSING (the set itself has a hole).
 */
export function upcaster(
  known: readonly Contract[],
): (type: string, version: number, data: Json) => Upcast {
  const byType = new Map<string, Contract[]>();
  for (const contract of known) {
    const list = byType.get(contract.type) ?? [];
    list.push(contract);
    byType.set(contract.type, list);
  }
  for (const list of byType.values()) list.sort((a, b) => a.version - b.version);
  return (type, version, data) => {
    const chain = byType.get(type);
    if (chain === undefined) throw contractsErrors.E_CONTRACT_TYPE_UNKNOWN({ type });
    let at = chain.findIndex((contract) => contract.version === version);
    if (at < 0) throw contractsErrors.E_CONTRACT_VERSION_UNKNOWN({ type, version });
    let now: Upcast = { data, version };
    for (at += 1; at < chain.length; at += 1) {
      const next = chain[at] as Contract;
      if (next.version !== now.version + 1) {
        const hole = { type, from: now.version, to: next.version };
        throw contractsErrors.E_CONTRACT_UPCAST_MISSING(hole);
      }
      const lift = next.upcast;
      now = { data: lift === undefined ? now.data : lift(now.data), version: next.version };
    }
    return now;
  };
}

/** The data of a stored event in the newest version of its contract. */
export const readNewest = upcaster(contracts);
