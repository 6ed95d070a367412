/** Clears away what has served its time: ended sessions, old tries, kept answers, lost sign-ins. */
import type { Session } from "./database.ts";

const FORGET = [
  "delete from session where coalesce(ended_at, expires_at) < now() - interval '30 days'",
  "delete from sign_in_try where since < now() - interval '1 day'",
  "delete from oidc_request where expires_at < now()",
  "delete from idempotent_request where started_at < now() - interval '7 days'",
] as const;

export async function forgetExpired(session: Session): Promise<void> {
  for (const text of FORGET) await session.query(text);
}
