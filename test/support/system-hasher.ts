import { createHash } from "node:crypto";
import type { Hasher } from "../../src/kernel/hashing.ts";

/** SHA-256 by the platform, for tests. */
export const systemHasher: Hasher = {
  sha256: (data) => createHash("sha256").update(data).digest(),
};
