/**
 * Signing in and out. Not operations: there is no actor before, and what comes of it is a secret,
 * not an answer. Each sign-in makes a new session, so nobody can plant one that somebody else then
 * fills; the session that the browser had ends.
 */
import { accessErrors } from "../../access/errors.ts";
import type { GuessLimit } from "../../access/session-rules.ts";
import { ABSOLUTE_HOURS, accountLimit, addressLimit } from "../../access/session-rules.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Hasher } from "../../kernel/hashing.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import type { Random } from "../../kernel/random.ts";
import { countSignInTry, forgiveSignInTries } from "../../store/count-sign-in-tries.ts";
import type { Pool } from "../../store/database.ts";
import { inTransaction } from "../../store/database.ts";
import type { AccountRow } from "../../store/find-account.ts";
import { findLocalAccount } from "../../store/find-account.ts";
import { endSession, openSession } from "../../store/open-session.ts";
import { auditActs } from "../audit-act.ts";
import { idOf } from "../values.ts";
import type { Passwords } from "./passwords.ts";
import { LONGEST_PASSWORD } from "./passwords.ts";
import { newSecret } from "./who-asks.ts";

export interface SignInParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly passwords: Passwords;
}

export interface SignInRequest {
  readonly login: string;
  readonly password: string;
  readonly address: string;
  /** The secret of the session that the browser still holds. */
  readonly previous: string | undefined;
}

/** Returns the new session's secret. Throws E_ACCESS_SIGN_IN and E_ACCESS_LOCKED. */
export async function signIn(parts: SignInParts, request: SignInRequest): Promise<string> {
  const login = request.login.trim().toLowerCase().slice(0, 200);
  await countTry(parts, "address", request.address, addressLimit);
  await countTry(parts, "account", login, accountLimit);
  const account = await findLocalAccount(parts.pool, login);
  const hash = account?.password_hash ?? undefined;
  const password = request.password.slice(0, LONGEST_PASSWORD);
  const fits = await parts.passwords.verify(hash, password);
  if (account === undefined || !fits || account.disabled || password !== request.password) {
    throw accessErrors.E_ACCESS_SIGN_IN();
  }
  await forgiveSignInTries(parts.pool, login);
  return startSession(parts, account, request);
}

export async function countTry(
  { pool }: SignInParts,
  kind: "account" | "address",
  key: string,
  limit: GuessLimit,
): Promise<void> {
  const { tries, secondsLeft } = await countSignInTry(pool, kind, key, limit.minutes);
  if (tries > limit.tries) throw accessErrors.E_ACCESS_LOCKED({ seconds: secondsLeft });
}

/** A session of an account whose owner was just proved, here or by an identity provider. */
export async function startSession(
  parts: Omit<SignInParts, "passwords">,
  account: Pick<AccountRow, "id" | "person_id" | "name" | "login">,
  from: Pick<SignInRequest, "address" | "previous">,
): Promise<string> {
  const { clock, random, hasher } = parts;
  const secret = newSecret(random);
  await inTransaction(parts.pool, async (session) => {
    if (from.previous !== undefined) await endSession(session, hasher.sha256(from.previous));
    await openSession(session, {
      id: uuidV7(clock, random),
      secretHash: hasher.sha256(secret),
      accountId: account.id,
      address: from.address,
      hours: ABSOLUTE_HOURS,
    });
    const proof = { person: account.person_id, account: account.login, means: "session" as const };
    const actor = { name: account.name, roles: [], proof };
    const subject = idOf("person", account.person_id);
    const after = { address: from.address };
    await auditActs({ clock, random, actor }, session, [
      { operation: "sign-in", subject, before: null, after },
    ]);
  });
  return secret;
}

export async function signOut(
  parts: Pick<SignInParts, "pool" | "hasher">,
  secret: string,
): Promise<void> {
  await endSession(parts.pool, parts.hasher.sha256(secret));
}
