/**
 * A new password, by who knows the old one or by who was handed a reset. Not operations: what comes
 * in is a secret, and of a reset there is no actor before. Every session of the account ends; who
 * changed it at a browser goes on with a new one.
 */
import { accessErrors } from "../../access/errors.ts";
import { accountLimit, addressLimit } from "../../access/session-rules.ts";
import { forgiveSignInTries } from "../../store/count-sign-in-tries.ts";
import type { Session } from "../../store/database.ts";
import { inTransaction } from "../../store/database.ts";
import { findLocalAccount } from "../../store/find-account.ts";
import type { ResetAccount } from "../../store/replace-password.ts";
import { lockReset, replacePassword } from "../../store/replace-password.ts";
import { auditActs } from "../audit-act.ts";
import { idOf } from "../values.ts";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./passwords.ts";
import type { SignInParts } from "./sign-in.ts";
import { countTry, startSession } from "./sign-in.ts";

export interface PasswordChange {
  readonly login: string;
  readonly current: string;
  readonly password: string;
  readonly address: string;
}

/** Returns a new session's secret. Throws E_ACCESS_{CURRENT_PASSWORD,LOCKED,PASSWORD}. */
export async function changePassword(parts: SignInParts, asked: PasswordChange): Promise<string> {
  demandGood(asked.password);
  // Guessing the old one from an open session is guessing all the same.
  await countTry(parts, "account", asked.login, accountLimit);
  const account = await findLocalAccount(parts.pool, asked.login);
  const current = asked.current.slice(0, LONGEST_PASSWORD);
  const fits = await parts.passwords.verify(account?.password_hash ?? undefined, current);
  if (account === undefined || !fits || current !== asked.current) {
    throw accessErrors.E_ACCESS_CURRENT_PASSWORD();
  }
  const hash = await parts.passwords.hash(asked.password);
  await inTransaction(parts.pool, (session) =>
    replace(parts, session, account, { hash, operation: "change-password" }),
  );
  await forgiveSignInTries(parts.pool, asked.login);
  return startSession(parts, account, { address: asked.address, previous: undefined });
}

export interface PasswordReset {
  readonly secret: string;
  readonly password: string;
  readonly address: string;
}

/** Returns the login. Throws E_ACCESS_RESET, E_ACCESS_LOCKED and E_ACCESS_PASSWORD. */
export async function takeReset(parts: SignInParts, asked: PasswordReset): Promise<string> {
  demandGood(asked.password);
  await countTry(parts, "address", asked.address, addressLimit);
  const secretHash = parts.hasher.sha256(asked.secret);
  const hash = await parts.passwords.hash(asked.password);
  const login = await inTransaction(parts.pool, async (session) => {
    const account = await lockReset(session, secretHash);
    if (account === undefined) throw accessErrors.E_ACCESS_RESET();
    await replace(parts, session, account, { hash, operation: "take-reset" });
    return account.login;
  });
  await forgiveSignInTries(parts.pool, login);
  return login;
}

function demandGood(password: string): void {
  const { length } = password;
  if (length >= SHORTEST_PASSWORD && length <= LONGEST_PASSWORD) return;
  throw accessErrors.E_ACCESS_PASSWORD({ shortest: SHORTEST_PASSWORD, longest: LONGEST_PASSWORD });
}

async function replace(
  { clock, random }: SignInParts,
  session: Session,
  account: ResetAccount,
  { hash, operation }: { readonly hash: string; readonly operation: string },
): Promise<void> {
  await replacePassword(session, account.id, hash);
  const proof = { person: account.person_id, account: account.login, means: "session" as const };
  const actor = { name: account.name, roles: [], proof };
  const subject = idOf("person", account.person_id);
  const after = { login: account.login, sessions: "ended" };
  await auditActs({ clock, random, actor }, session, [{ operation, subject, before: null, after }]);
}
