import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * A database of the caller's own, cloned from the migrated template. `drop` ends what is still
 * connected to it.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const serverUrl = inject("serverUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  // Copying files beats writing every page to the WAL (measured: 80–250 ms against 170–260 ms).
  const source = `template ${inject("template")} strategy file_copy`;
  await onServer(serverUrl, `create database ${name} ${source}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const drop = () => onServer(serverUrl, `drop database if exists ${name} with (force)`);
  return { url: url.href, drop };
}

/** A database without a table, for tests of how a schema comes to be. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  const serverUrl = inject("serverUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const drop = () => onServer(serverUrl, `drop database if exists ${name} with (force)`);
  return { url: url.href, drop };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
