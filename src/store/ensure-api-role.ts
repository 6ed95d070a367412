/**
 * The role under which requests of people run. It owns nothing, so row security binds it; it may
 * read and change exactly what stands here, so a table that nobody thought about is closed.
 *
 * Made at start and not by a migration: a ledger whose owner may not create roles must still start,
 * with people's requests refused until somebody runs what the remedy says.
 */
import { messageOf } from "../kernel/errors.ts";
import type { Pool } from "./database.ts";
import { inTransaction } from "./database.ts";

export const API_ROLE = "tieout_api";

/** `open`: rows name objects and machines, no person and no amount, and no entity to go by. */
export interface Granted {
  readonly verbs: string;
  readonly rows: "by entity" | "by what it belongs to" | "unassigned" | "open" | "none to read";
}

export const apiGrants: Readonly<Record<string, Granted>> = {
  event: { verbs: "select", rows: "by entity" },
  handoff: { verbs: "select, update", rows: "by entity" },
  exception_case: { verbs: "select, insert, update", rows: "by entity" },
  proposal: { verbs: "select, insert, update", rows: "by entity" },
  raw_of_event: { verbs: "select", rows: "by what it belongs to" },
  attempt: { verbs: "select", rows: "by what it belongs to" },
  outcome: { verbs: "select", rows: "by what it belongs to" },
  mention: { verbs: "select", rows: "by what it belongs to" },
  effect: { verbs: "select", rows: "by what it belongs to" },
  dead_letter: { verbs: "select", rows: "unassigned" },
  inbound: { verbs: "select", rows: "unassigned" },
  // Whether a need is met must be told truly to whoever may see the handoff that has it.
  link: { verbs: "select", rows: "open" },
  handoff_need: { verbs: "select, delete", rows: "open" },
  object_head: { verbs: "select", rows: "open" },
  object_fetch: { verbs: "select", rows: "open" },
  route_skip: { verbs: "select", rows: "open" },
  budget: { verbs: "select", rows: "open" },
  lane: { verbs: "select", rows: "open" },
  hub: { verbs: "select", rows: "open" },
  stream_cursor: { verbs: "select", rows: "open" },
  sending_permission: { verbs: "select", rows: "open" },
  colleague: { verbs: "select", rows: "open" },
  person: { verbs: "select", rows: "open" },
  audit: { verbs: "insert", rows: "none to read" },
};

/** "tieout" in hexadecimal: grants change catalogue rows, which two must not do at once. */
const LOCK = 0x746965;

export type ApiRole =
  | { readonly ready: true }
  | { readonly ready: false; readonly why: string; readonly remedy: string };

/** Makes the role and its privileges where that is allowed; says what to run where it is not. */
export async function ensureApiRole(pool: Pool): Promise<ApiRole> {
  const remedy = await remedyFor(pool);
  try {
    await createRole(pool);
    await inTransaction(pool, async (session) => {
      await session.query("select pg_advisory_xact_lock($1)", [LOCK]);
      await session.query(`grant usage on schema public to ${API_ROLE}`);
      for (const [table, { verbs }] of Object.entries(apiGrants)) {
        await session.query(`grant ${verbs} on ${table} to ${API_ROLE}`);
      }
    });
    await inTransaction(pool, (session) => session.query(`set local role ${API_ROLE}`));
    return { ready: true };
  } catch (thrown) {
    return { ready: false, why: messageOf(thrown), remedy };
  }
}

/** Is the role there, may we become it, and has it what it needs; changes nothing. */
export async function checkApiRole(pool: Pool): Promise<ApiRole> {
  const remedy = await remedyFor(pool);
  try {
    await inTransaction(pool, async (session) => {
      await session.query(`set local role ${API_ROLE}`);
      for (const table of Object.keys(apiGrants)) {
        if (apiGrants[table]?.verbs.includes("select") === true) {
          await session.query(`select from ${table} limit 0`);
        }
      }
    });
    return { ready: true };
  } catch (thrown) {
    return { ready: false, why: messageOf(thrown), remedy };
  }
}

async function remedyFor(pool: Pool): Promise<string> {
  const result = await pool.query<{ name: string }>("select quote_ident(current_user) as name");
  const name = result.rows[0]?.name ?? "<user of DATABASE_URL>";
  return `As an administrator of the server run: create role ${API_ROLE} nologin; grant ${API_ROLE} to ${name}; then start the hub again.`;
}

/** Roles belong to the server, so ledgers that start together may meet here. */
async function createRole(pool: Pool): Promise<void> {
  const there = await pool.query<{ member: boolean }>(
    "select pg_has_role(current_user, oid, 'member') as member from pg_roles where rolname = $1",
    [API_ROLE],
  );
  if (there.rows[0] === undefined) {
    await pool.query(`do $$ begin create role ${API_ROLE} nologin;
      exception when duplicate_object or unique_violation then null; end $$`);
  }
  if (there.rows[0]?.member !== true) await pool.query(`grant ${API_ROLE} to current_user`);
}
