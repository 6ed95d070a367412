/** A hub's sign of life; hubs silent for ten seconds are not given lanes. */
import type { Session } from "./database.ts";

const ANNOUNCE = `
insert into hub (name, address, version, seen_at) values ($1, $2, $3, now())
on conflict (name) do update set address = excluded.address, version = excluded.version,
  seen_at = now()`;

const LIVE = `select name from hub where seen_at > now() - interval '10 seconds' order by name`;

export async function announceHub(
  session: Session,
  name: string,
  address: string,
  version: string,
): Promise<void> {
  await session.query(ANNOUNCE, [name, address, version]);
}

export async function liveHubs(session: Session): Promise<string[]> {
  const result = await session.query<{ name: string }>(LIVE);
  return result.rows.map((row) => row.name);
}

export async function withdrawHub(session: Session, name: string): Promise<void> {
  await session.query("delete from hub where name = $1", [name]);
}
