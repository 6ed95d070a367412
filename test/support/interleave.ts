/**
 * Runs pieces of work beside each other on one ledger in a chosen order, statement by statement:
 * each statement waits at a gate until it is its turn, and PostgreSQL's own locks say who cannot go
 * on. What races once in a thousand runs happens here in the schedule that has it, every time.
 *
 * actor       one piece of work with a pool of its own; it may hold several connections
 * schedule    who goes next, at each step; told afterwards as "actor: statement"
 * preemption  a step that leaves an actor which could have gone on; two find nearly everything
 */
import { setImmediate } from "node:timers/promises";
import type pg from "pg";
import type { Random } from "../../src/kernel/random.ts";
import { seededRandom } from "../../src/kernel/random.ts";
import type { Pool } from "../../src/store/database.ts";

/** `pause`: a step that is no statement, an answer from outside for one. */
export type Actor = (pool: Pool, pause: Pause) => Promise<unknown>;
export type Actors = Readonly<Record<string, Actor>>;
export type Pause = (what: string) => Promise<void>;

/** Which of so many may go next; the first is whoever went last, where `continues`. */
export type Chooser = (ways: number, continues: boolean) => number;

interface Gate {
  readonly actor: string;
  readonly statement: string;
  open(): void;
}

interface Room {
  readonly gates: Gate[];
  /** Backends at work on a statement of ours, and whose it is. */
  readonly atWork: Map<number, string>;
  readonly unfinished: Set<string>;
  /** Counts whatever happens: a moment in which it stands still is a quiet one. */
  moves: number;
}

/** Runs all actors to their ends; returns the schedule. Throws what an actor throws. */
export async function interleave(pool: Pool, actors: Actors, choose: Chooser): Promise<string[]> {
  const room: Room = {
    gates: [],
    atWork: new Map(),
    unfinished: new Set(Object.keys(actors)),
    moves: 0,
  };
  const running = Object.entries(actors).map(async ([actor, run]) => {
    try {
      await run(gatedPool(pool, room, actor), (what) => gateOf(room, actor, what));
    } finally {
      room.unfinished.delete(actor);
      room.moves += 1;
    }
  });
  const ends = Promise.allSettled(running);
  const schedule: string[] = [];
  let last: string | undefined;
  while (await quiet(pool, room)) {
    const gates = room.gates.toSorted((a, b) => rank(a, last) - rank(b, last));
    if (gates.length === 0) continue;
    const gate = gates[choose(gates.length, gates[0]?.actor === last)];
    if (gate === undefined) throw new Error("a schedule chose a way that there is not");
    room.gates.splice(room.gates.indexOf(gate), 1);
    last = gate.actor;
    schedule.push(`${gate.actor}: ${gate.statement}`);
    gate.open();
  }
  for (const end of await ends) {
    if (end.status === "rejected") {
      throw new Error(`failed in this order:\n  ${schedule.join("\n  ")}`, { cause: end.reason });
    }
  }
  return schedule;
}

const rank = (gate: Gate, last: string | undefined): number => (gate.actor === last ? 0 : 1);

/** So long a statement may be at work before anybody asks whether it waits for a lock. */
const PATIENCE_MS = 3;

/** Waits until everybody stands at a gate or behind a lock; false when all are at their end. */
async function quiet(pool: Pool, room: Room): Promise<boolean> {
  let since = performance.now();
  for (let seen = room.moves; ; ) {
    await setImmediate();
    if (seen !== room.moves) {
      seen = room.moves;
      since = performance.now();
      continue;
    }
    const { gates, atWork, unfinished } = room;
    if (unfinished.size === 0 && atWork.size === 0 && gates.length === 0) return false;
    if (!everybodyKnown(room)) continue;
    if (atWork.size === 0) return true;
    if (performance.now() - since < PATIENCE_MS) continue;
    if (gates.length > 0 && (await allBehindLocks(pool, room))) return true;
  }
}

async function allBehindLocks(pool: Pool, room: Room): Promise<boolean> {
  const seen = room.moves;
  const { rows } = await pool.query<{ free: number }>(
    `select count(*)::int as free from unnest($1::int[]) as pid
     where cardinality(pg_blocking_pids(pid)) = 0`,
    [[...room.atWork.keys()]],
  );
  return rows[0]?.free === 0 && seen === room.moves;
}

/** Nobody is between two statements: at a call, or computing. */
function everybodyKnown(room: Room): boolean {
  const known = new Set([...room.gates.map((gate) => gate.actor), ...room.atWork.values()]);
  return [...room.unfinished].every((actor) => known.has(actor));
}

function gatedPool(pool: Pool, room: Room, actor: string): Pool {
  const connect = async (): Promise<pg.PoolClient> => gated(await pool.connect(), room, actor);
  const gatedOne = {
    connect,
    async query(...asked: unknown[]) {
      const client = await connect();
      try {
        return await (client.query as (...all: unknown[]) => Promise<unknown>)(...asked);
      } finally {
        client.release();
      }
    },
  };
  // A pool has a dozen more members, none of which the store asks for.
  return gatedOne as unknown as Pool;
}

function gated(client: pg.PoolClient, room: Room, actor: string): pg.PoolClient {
  const pid = (client as unknown as { processID: number }).processID;
  const ask = client.query.bind(client) as (...all: unknown[]) => Promise<unknown>;
  const query = async (...asked: unknown[]): Promise<unknown> => {
    const statement = nameOf(asked[0]);
    // Beginning sees nothing and holds nothing: its place in the order makes no difference.
    if (statement !== "begin") await gateOf(room, actor, statement);
    room.atWork.set(pid, actor);
    room.moves += 1;
    try {
      return await ask(...asked);
    } finally {
      room.atWork.delete(pid);
      room.moves += 1;
    }
  };
  return new Proxy(client, {
    get: (of, name) => {
      if (name === "query") return query;
      const value: unknown = Reflect.get(of, name);
      return typeof value === "function" ? value.bind(of) : value;
    },
  });
}

function gateOf(room: Room, actor: string, statement: string): Promise<void> {
  return new Promise((open) => {
    room.gates.push({ actor, statement, open });
    room.moves += 1;
  });
}

function nameOf(asked: unknown): string {
  const { name, text } =
    typeof asked === "string" ? { name: undefined, text: asked } : (asked as pg.QueryConfig);
  return name ?? text.replace(/\s+/g, " ").trim().slice(0, 60);
}

/** How many schedules of each race are tried, by which seed: TIEOUT_INTERLEAVINGS, TIEOUT_SEED. */
export const interleavings = {
  count: Number(process.env["TIEOUT_INTERLEAVINGS"] ?? 8),
  seed: Number(process.env["TIEOUT_SEED"] ?? Math.floor(Math.random() * 1e9)),
  preemptions: 3,
  timeoutMs: 3_600_000,
} as const;

let named = 0;

/**
 * Tries schedules of a race, each with objects of a name of its own, and looks after each. What
 * fails is told with the schedule in which it did.
 */
export async function exploreSchedules(
  pool: Pool,
  race: (name: string, pool: Pool) => Promise<Actors>,
  look: (name: string) => Promise<unknown>,
): Promise<void> {
  const { count, seed, preemptions } = interleavings;
  const random = seededRandom(seed);
  for (let tried = 0; tried < count; tried += 1) {
    named += 1;
    const name = `s${named}`;
    const actors = await race(name, pool);
    const schedule = await interleave(pool, actors, chooser(random, preemptions));
    try {
      await look(name);
    } catch (cause) {
      const order = schedule.map((step) => `\n  ${step}`).join("");
      const again = `TIEOUT_SEED=${seed} TIEOUT_INTERLEAVINGS=${count}`;
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${said}\n\n${name} (${again}), in this order:${order}`, { cause });
    }
  }
}

/** Goes on with whoever went last, but for so many times; who else then is by chance. */
function chooser(random: Random, preemptions: number): Chooser {
  let left = preemptions;
  return (ways, continues) => {
    if (continues && (left === 0 || random.unit() > PREEMPTS)) return 0;
    const chosen = Math.floor(random.unit() * ways);
    if (continues && chosen !== 0) left -= 1;
    return chosen;
  };
}

/** An actor has ten to forty statements: a preemption falls on any of them. */
const PREEMPTS = 0.15;
