/**
 * What every peer program has in common.
 *
 * peer      a program of others, measured beside ours by a small program in this folder
 * input     one JSON object, the only argument of the command line
 * setting   one way of running the peer (concurrency, pool, batch); the best of several is kept
 * trial     a short run that chooses the setting
 * result    one JSON line, the last of standard output
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import pg from "pg";

/**
 * Runs one peer by the contract of this folder: chooses the setting, measures it on a fresh
 * database of its own and prints the result. `measure` gets `{ input, setting, count, warmup,
 * databaseUrl }`, checks its own work, throws when anything is missing, and returns
 * `{ seconds, latencies?, ...more }`. `databaseUrl` is fresh for each call and dropped after it.
 */
export async function runPeer({ peer, what, library, settings, notes, measure }) {
  const input = readInput();
  if (input.databaseUrl === undefined) throw new Error("databaseUrl is missing");
  const count = input.count ?? 2_000;
  const warmup = input.warmup ?? Math.min(500, Math.ceil(count / 10));
  const choices = settingsOf(input, settings);
  const run = (setting, amount, warm) =>
    onFreshDatabase(input.databaseUrl, peer, (databaseUrl) =>
      measure({ input, setting, count: amount, warmup: warm, databaseUrl }),
    );
  const tried = [];
  if (choices.length > 1) {
    const trial = input.trial ?? Math.max(200, Math.ceil(count / 5));
    // Thrown away: the first run of a program also compiles it, which no setting should pay for.
    await run(choices[0], trial, 0);
    for (const setting of choices) {
      const { seconds } = await run(setting, trial, Math.min(warmup, trial));
      tried.push({ setting, count: trial, perSecond: rate(trial, seconds) });
    }
  }
  const setting = tried.sort((a, b) => b.perSecond - a.perSecond)[0]?.setting ?? choices[0];
  const { seconds, latencies, ...more } = await run(setting, count, warmup);
  const result = {
    peer,
    version: versionOf(library),
    what,
    options: optionsOf(input),
    count,
    seconds: round(seconds, 3),
    perSecond: rate(count, seconds),
    ...(latencies === undefined ? {} : percentiles(latencies)),
    ...more,
    setting,
    tried,
    notes,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** How this run was asked for, without addresses, which hold passwords and say nothing. */
function optionsOf(input) {
  const hidden = /Url$|^(count|settings|trial|warmup|endpointPort)$/;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !hidden.test(name)));
}

/** The JSON object on the command line; ends the program with a sentence when there is none. */
export function readInput() {
  const usage = `usage: node ${process.argv[1]} '{"databaseUrl":"postgres://…","count":2000}'`;
  try {
    const input = JSON.parse(process.argv[2] ?? "");
    if (typeof input === "object" && input !== null) return input;
  } catch {
    // Falls through: no argument and a broken one deserve the same sentence.
  }
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

/** `settings` of the input win; any of their keys given at the top (`concurrency`) fixes it. */
function settingsOf(input, settings) {
  if (Array.isArray(input.settings)) return input.settings;
  const given = Object.keys(settings[0]).filter((name) => input[name] !== undefined);
  if (given.length === 0) return settings;
  const fixed = Object.fromEntries(given.map((name) => [name, input[name]]));
  const choices = settings.map((setting) => JSON.stringify({ ...setting, ...fixed }));
  return [...new Set(choices)].map((text) => JSON.parse(text));
}

/** Runs `use` with the address of a new database on the server of `databaseUrl`. */
async function onFreshDatabase(databaseUrl, peer, use) {
  const name = `peer_${peer.replace(/[^a-z0-9]+/g, "_")}_${process.pid}`;
  const drop = `drop database if exists ${name} with (force)`;
  await asAdmin(databaseUrl, [drop, `create database ${name}`]);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  try {
    return await use(url.href);
  } finally {
    await asAdmin(databaseUrl, [drop]);
  }
}

async function asAdmin(databaseUrl, statements) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Calls `one(index)` for 0 … count-1, `concurrency` at a time, and waits for all of them. */
export async function inParallel(concurrency, count, one) {
  let next = 0;
  const runner = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await one(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, runner));
}

/** Runs `work` and returns the seconds it took. */
export async function timed(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Waits until `done()` is true; throws with `what` after `seconds`. */
export async function until(done, what, seconds = 600) {
  const limit = performance.now() + seconds * 1000;
  while (!(await done())) {
    if (performance.now() > limit) throw new Error(`${what} did not happen in ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Throws unless the two counts agree: a fast run that lost work is not a result. */
export function mustBe(expected, found, what) {
  if (Number(found) !== expected) throw new Error(`${what}: expected ${expected}, found ${found}`);
}

/** The exact version installed here of a library that may hide its package.json. */
export function versionOf(library) {
  const paths = createRequire(import.meta.url).resolve.paths(library) ?? [];
  for (const folder of paths) {
    try {
      return JSON.parse(readFileSync(`${folder}/${library}/package.json`, "utf8")).version;
    } catch {
      // Not in this folder; the next one up is asked.
    }
  }
  throw new Error(`${library} is not installed; run node bench/peers/install.mjs`);
}

function percentiles(latencies) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50Ms: round(at(0.5), 2), p99Ms: round(at(0.99), 2) };
}

const rate = (count, seconds) => round(count / seconds, 1);
const round = (value, digits) => Number(value.toFixed(digits));
