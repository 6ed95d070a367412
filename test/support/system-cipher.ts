/** Real ciphering for tests, under a master key of the test's own. */
import { fixedMasterKey } from "../../src/app/master-keys.ts";
import { systemCipher, systemRandom } from "../../src/app/system.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Keyring } from "../../src/store/keyring.ts";
import { clearKeyring, openKeyring } from "../../src/store/keyring.ts";
import type { MasterKeys } from "../../src/store/master-key.ts";
import { systemClock } from "./system-clock.ts";
import { systemHasher } from "./system-hasher.ts";

/** Where ciphering is not the matter. */
export const plainKeyring: Keyring = clearKeyring((text) => systemHasher.sha256(text));

/** Keys of the ledger at this address; close it before the ledger goes. */
export function testKeyring(
  url: string,
  master: string | MasterKeys = "a test's master key",
  clock: Clock = systemClock,
): Keyring {
  return openKeyring({
    url,
    cipher: systemCipher,
    random: systemRandom,
    clock,
    master: typeof master === "string" ? fixedMasterKey(master) : master,
    onIdleError: () => undefined,
  });
}

export { fixedMasterKey };
