/** Passwords by argon2id, with what OWASP names as the least: 19 MiB, two passes, one lane. */
import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import type { Passwords } from "../operations/people/passwords.ts";

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Stands in where there is no hash, so that an unknown name takes as long as a known one. */
let decoy: Promise<string> | undefined;

export const systemPasswords: Passwords = {
  hash: (password) => hash(password, COST),
  async verify(known, password) {
    decoy ??= hash(randomBytes(32), COST);
    const fits = await verify(known ?? (await decoy), password).catch(() => false);
    return known !== undefined && fits;
  },
};
