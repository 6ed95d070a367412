/**
 * Where PostgreSQL's time goes, by statement: with `--profile` only, for counting costs a little.
 * Times are the server's own, milliseconds; on a busy machine they include waiting for a core.
 */
import pg from "pg";

/** Settings of a server that counts its statements. */
export const countingSettings = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track_planning": "on",
};

export interface StatementCost {
  readonly text: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly planMs: number;
  readonly rows: number;
  readonly walBytes: number;
}

export interface StatementMeter {
  /** The dearest statements since the meter was started, dearest first. */
  dearest(most: number): Promise<StatementCost[]>;
}

const DEAREST = `
select left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as text, calls::float8 as calls,
  total_exec_time as "totalMs", mean_exec_time as "meanMs", total_plan_time as "planMs",
  rows::float8 as rows, wal_bytes::float8 as "walBytes"
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time + total_plan_time desc limit $1`;

export async function startStatementMeter(
  url: string,
  wanted: boolean,
): Promise<StatementMeter | undefined> {
  if (!wanted) return undefined;
  const prepare = "create extension if not exists pg_stat_statements";
  await ask(url, prepare, []);
  await ask(url, "select pg_stat_statements_reset()", []);
  return { dearest: (most) => ask<StatementCost>(url, DEAREST, [most]) };
}

/** A few lines for the person who waits. */
export function statementLines(costs: readonly StatementCost[]): string[] {
  const number = (value: number, width: number): string => value.toFixed(2).padStart(width);
  return costs.map((one) => {
    const times = `${number(one.totalMs, 10)} ms ${String(one.calls).padStart(7)} ×`;
    return `${times} ${number(one.meanMs, 8)} ms  plan ${number(one.planMs, 8)} ms  ${one.text}`;
  });
}

async function ask<T extends object>(
  url: string,
  text: string,
  values: readonly unknown[],
): Promise<T[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<T>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
