/** How far a stream has been read. */
import type { Session } from "./database.ts";

const READ = "select cursor from stream_cursor where connection = $1 and stream = $2";

const WRITE = `
insert into stream_cursor (connection, stream, cursor, swept_at) values ($1, $2, $3, now())
on conflict (connection, stream) do update set cursor = excluded.cursor, swept_at = now()`;

export async function readCursor(
  session: Session,
  connection: string,
  stream: string,
): Promise<string | undefined> {
  const result = await session.query<{ cursor: string | null }>(READ, [connection, stream]);
  return result.rows[0]?.cursor ?? undefined;
}

export async function writeCursor(
  session: Session,
  connection: string,
  stream: string,
  cursor: string,
): Promise<void> {
  await session.query(WRITE, [connection, stream, cursor]);
}

/** The next sweep begins at the source's horizon again. */
export async function forgetCursor(session: Session, connection: string): Promise<void> {
  await session.query("delete from stream_cursor where connection = $1", [connection]);
}
