/**
 * Tries at signing in. One is counted before the password is looked at, so that a hundred at once
 * are a hundred tries and not one; success takes the account's tries back.
 */
import type { Session } from "./database.ts";

const COUNT = `
insert into sign_in_try as t (kind, key, tries, since) values ($1, $2, 1, now())
on conflict (kind, key) do update set
  tries = case when t.since < now() - make_interval(mins => $3) then 1 else t.tries + 1 end,
  since = case when t.since < now() - make_interval(mins => $3) then now() else t.since end
returning tries, ceil(extract(epoch from since - now()) + $3 * 60)::int as seconds_left`;

export async function countSignInTry(
  session: Session,
  kind: "account" | "address",
  key: string,
  minutes: number,
): Promise<{ tries: number; secondsLeft: number }> {
  const result = await session.query<{ tries: number; seconds_left: number }>(COUNT, [
    kind,
    key,
    minutes,
  ]);
  const row = result.rows[0];
  return { tries: row?.tries ?? 1, secondsLeft: Math.max(1, row?.seconds_left ?? 1) };
}

const FORGIVE = "delete from sign_in_try where kind = 'account' and key = $1";

export async function forgiveSignInTries(session: Session, key: string): Promise<void> {
  await session.query(FORGIVE, [key]);
}
