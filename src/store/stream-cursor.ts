/** How far a stream has been read, and when last to its end. */
import type { Session } from "./database.ts";

const READ = "select cursor from stream_cursor where connection = $1 and stream = $2";

const WRITE = `
insert into stream_cursor (connection, stream, cursor, swept_at, completed_at)
values ($1, $2, $3, now(), case when $4 then now() end)
on conflict (connection, stream) do update set cursor = excluded.cursor, swept_at = now(),
  completed_at = coalesce(excluded.completed_at, stream_cursor.completed_at)`;

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
  read: { readonly cursor: string; readonly complete: boolean },
): Promise<void> {
  await session.query(WRITE, [connection, stream, read.cursor, read.complete]);
}

/** The next sweep begins at the source's horizon again. */
export async function forgetCursor(session: Session, connection: string): Promise<void> {
  await session.query("delete from stream_cursor where connection = $1", [connection]);
}
