import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LedgerServer } from "../../../test/support/ledger-server.ts";
import {
  backUp,
  forget,
  restoreInto,
  scratchFolder,
  serveLedger,
} from "../../../test/support/ledger-server.ts";
import { newestMigration } from "../../../test/support/newest-migration.ts";
import { processesNaming } from "../../../test/support/processes.ts";
import { noteRestore, retire, retirementOf } from "../embedded/data-folder.ts";
import { archiveState, usualArchive } from "../embedded/wal-archive.ts";
import type { Manifest } from "./manifest.ts";
import { segmentsBetween } from "./segments.ts";
import { verifyBackup } from "./verify-backup.ts";

vi.setConfig({ testTimeout: 120_000 });

const PORT = 20510;
let room: string;
let original: LedgerServer;
let backup: string;
let manifest: Manifest;
/** Rows that were committed before the copy began, and before each moment after it. */
let before: number;
const moments: { readonly at: string; readonly rows: number }[] = [];

const inRoom = (...names: string[]) => path.join(room, ...names);
const rowsOf = async ({ pool }: LedgerServer): Promise<number> =>
  Number((await pool.query("select count(*) as n from written")).rows[0].n);

/** Writes all the time, in small commits, as an intake does. */
function keepWriting({ pool }: LedgerServer) {
  let going = true;
  const done = (async () => {
    while (going) {
      await pool.query(
        "insert into written (filling) select repeat('x', 500) from generate_series(1, 20)",
      );
      await pool.query("update written set filling = filling || 'y' where id % 7 = 0");
    }
  })();
  return async () => {
    going = false;
    await done;
  };
}

async function remember(): Promise<void> {
  const rows = await rowsOf(original);
  // An instant has milliseconds; the commits before it must be older than its end.
  await sleep(5);
  const { rows: at } = await original.pool.query("select clock_timestamp() as at");
  moments.push({ at: at[0].at, rows });
  await sleep(20);
}

beforeAll(async () => {
  room = scratchFolder();
  backup = inRoom("backups", "monday");
  mkdirSync(inRoom("backups"));
  original = await serveLedger(inRoom("original"), { port: PORT });
  await original.pool.query(
    "create table written (id bigint generated always as identity primary key, filling text)",
  );
  await original.pool.query(
    "insert into written (filling) select 'x' from generate_series(1, 20000)",
  );
  const stopWriting = keepWriting(original);
  await sleep(200);
  before = await rowsOf(original);
  manifest = await backUp(original, backup);
  await sleep(200);
  await stopWriting();
  await remember();
  await original.pool.query(
    "insert into written (filling) select 'later' from generate_series(1, 100)",
  );
  await remember();
  await original.pool.query("drop table written");
  await original.pool.query("create table written (id bigint)");
});

afterAll(async () => {
  await original.stop();
  forget(room);
});

describe("a backup of a ledger that is written to", () => {
  test("then it is whole, and says whose it is", async () => {
    expect(await verifyBackup(backup)).toMatchObject({ problems: [] });
    expect(manifest.server.major).toBe(18);
    expect(manifest.ledger).toEqual({ migration: newestMigration(), epoch: 1 });
    expect(manifest.files.map((file) => file.path)).toContain("backup_label");
    expect(manifest.files.some((file) => /password|postmaster\.pid/.test(file.path))).toBe(false);
    expect(manifest.log.length).toBeGreaterThan(0);
    expect(readdirSync(inRoom("backups"))).toEqual(["monday"]);
    expect(statSync(backup).mode & 0o077).toBe(0);
  });

  test("given it restored, then nothing committed before it is missing, and nothing is sent", async () => {
    const dataDir = inRoom("plain");
    await restoreInto(dataDir, backup);
    expect(readdirSync(path.join(dataDir, "postgres")).sort()).toEqual(
      expect.arrayContaining(["data", "password"]),
    );
    const restored = await serveLedger(dataDir, { port: PORT + 1 });
    try {
      expect(await rowsOf(restored)).toBeGreaterThanOrEqual(before);
      const gaps = "select count(*) as n, max(id) as top from written";
      const { rows } = await restored.pool.query(gaps);
      expect(rows[0].n).toBe(rows[0].top);
      const sending = await restored.pool.query("select * from sending_permission");
      // Once, by the restore: the hub's own look at the server finds nothing new.
      expect(sending.rows[0]).toMatchObject({ epoch: 2, allowed: false });
      expect(sending.rows[0].reason).toContain("restored from the backup of");
      const marks = await original.pool.query("select * from sending_permission");
      expect(sending.rows[0].ledger).toBe(marks.rows[0].ledger);
      expect(sending.rows[0].instance).not.toBe(marks.rows[0].instance);
      const timeline = await restored.pool.query(
        "select pg_walfile_name(pg_current_wal_lsn()) as n",
      );
      expect(timeline.rows[0].n).toMatch(/^00000002/);
    } finally {
      await restored.stop();
    }
    await expect(restoreInto(dataDir, backup)).rejects.toMatchObject({
      code: "E_RESTORE_NOT_EMPTY",
    });
  });
});

describe("a restore to a moment", () => {
  test.each([0, 1])("given moment %d, then exactly what was committed by then", async (index) => {
    const moment = moments[index] ?? { at: "", rows: 0 };
    const dataDir = inRoom(`moment-${index}`);
    // The newest log is in nobody's archive yet, only with the original.
    const archives = [usualArchive(original.dataDir).folder, path.join(original.cluster, "pg_wal")];
    await restoreInto(dataDir, backup, { to: moment.at, archives });
    const restored = await serveLedger(dataDir, { port: PORT + 1 });
    try {
      expect(await rowsOf(restored)).toBe(moment.rows);
    } finally {
      await restored.stop();
    }
  });

  test("given log that is there and cannot be read, then that is not the end of the log", async () => {
    const dataDir = inRoom("unreadable");
    const archive = inRoom("unreadable-archive");
    // A folder of the segment's name: the tests may run as root, whom no permission stops.
    mkdirSync(path.join(archive, manifest.log.at(-1) ?? ""), { recursive: true });
    const to = (archives: string[]) => restoreInto(dataDir, backup, { to: "latest", archives });
    await expect(to([archive])).rejects.toMatchObject({ code: "E_RESTORE_RECOVERY" });
    await expect(to([archive])).rejects.toThrow(/cannot be read: .*unreadable-archive/);
    await expect(to([inRoom("no-such")])).rejects.toThrow(/cannot be read: .*no-such/);
    expect(existsSync(path.join(dataDir, "postgres", "data"))).toBe(false);
    rmSync(path.join(archive, manifest.log.at(-1) ?? ""), { recursive: true });
    await to([archive]);
    expect(existsSync(path.join(dataDir, "postgres", "data"))).toBe(true);
  });

  test("given a moment that cannot be reached, then it is refused with the way out", async () => {
    const dataDir = inRoom("refused");
    const to = (text: string) => restoreInto(dataDir, backup, { to: text });
    await expect(to("yesterday")).rejects.toThrow(/date, time and zone/);
    await expect(to("2026-01-01T00:00:00")).rejects.toThrow(/date, time and zone/);
    await expect(to("2020-01-01T00:00:00Z")).rejects.toThrow(/take an earlier one/);
    expect(existsSync(dataDir)).toBe(false);
    const later = to("2999-01-01T00:00:00Z");
    await expect(later).rejects.toMatchObject({ code: "E_RESTORE_MOMENT" });
    await expect(later).rejects.toThrow(/--to latest/);
    expect(processesNaming(dataDir)).toEqual([]);
    // What was begun is begun anew, and until then nobody starts an empty ledger there.
    await expect(serveLedger(dataDir, { port: PORT + 1 })).rejects.toMatchObject({
      code: "E_EMBEDDED_RESTORING",
    });
    await restoreInto(dataDir, backup, { to: "latest" });
    expect(existsSync(path.join(dataDir, "postgres", "data", "PG_VERSION"))).toBe(true);
  });
});

describe("a restore killed after its ledger was in place", () => {
  test("given the same command, then it retires the original and ends, until the ledger was served", async () => {
    const dataDir = inRoom("nearly");
    const original = inRoom("to-retire");
    mkdirSync(original);
    const crash = (label: string) => {
      if (label === "restore-renamed") throw new Error("killed");
    };
    const begin = () => restoreInto(dataDir, backup, { retire: original, crash });
    await expect(begin()).rejects.toThrow("killed");
    expect(retirementOf(original)).toBeUndefined();
    const other = restoreInto(dataDir, backup, { to: "latest", retire: original });
    await expect(other).rejects.toMatchObject({ code: "E_RESTORE_NOT_EMPTY" });
    await begin();
    expect(retirementOf(original)?.reason).toContain(dataDir);
    await expect(begin()).rejects.toMatchObject({ code: "E_RESTORE_NOT_EMPTY" });
  });

  test("given that it was served meanwhile, then it is used and refused", async () => {
    const dataDir = inRoom("served");
    await restoreInto(dataDir, backup);
    noteRestore(dataDir, { backup, digest: manifest.digest, to: null });
    await (await serveLedger(dataDir, { port: PORT + 1 })).stop();
    await expect(restoreInto(dataDir, backup)).rejects.toMatchObject({
      code: "E_RESTORE_NOT_EMPTY",
    });
  });
});

describe("a backup that is not what it was", () => {
  const damaged = () => {
    const name = manifest.files.find((file) => file.bytes > 20_000)?.path ?? "";
    return path.join(backup, "data", name);
  };

  test.each(["changed", "cut", "removed", "added"])(
    "given a file %s, then it is named",
    async (how) => {
      const file = damaged();
      const kept = readFileSync(file);
      const stranger = path.join(backup, "data", "base", "stranger");
      if (how === "changed") {
        writeFileSync(
          file,
          Buffer.concat([Buffer.from([(kept[0] as number) ^ 1]), kept.subarray(1)]),
        );
      } else if (how === "cut") truncateSync(file, 10_000);
      else if (how === "removed") rmSync(file);
      else writeFileSync(stranger, "x");
      try {
        const { problems } = await verifyBackup(backup);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toContain(how === "added" ? "base/stranger" : path.basename(file));
        const restoring = restoreInto(inRoom("damaged"), backup);
        if (how !== "added") {
          await expect(restoring).rejects.toMatchObject({ code: "E_BACKUP_DAMAGED" });
          expect(existsSync(inRoom("damaged", "postgres", "data"))).toBe(false);
        } else await restoring;
      } finally {
        writeFileSync(file, kept);
        rmSync(stranger, { force: true });
      }
    },
  );

  test("given a changed manifest, an unfinished backup, or another major version", async () => {
    const file = path.join(backup, "manifest.json");
    const kept = readFileSync(file, "utf8");
    try {
      writeFileSync(file, kept.replace('"epoch": 1', '"epoch": 7'));
      await expect(verifyBackup(backup)).rejects.toThrow(/was changed/);
      rmSync(file);
      await expect(verifyBackup(backup)).rejects.toMatchObject({ code: "E_BACKUP_MANIFEST" });
    } finally {
      writeFileSync(file, kept);
    }
  });
});

describe("the folders", () => {
  test("given a folder with something in it, then no backup goes there", async () => {
    const folder = inRoom("backups", "taken");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "mine"), "");
    await expect(backUp(original, folder)).rejects.toMatchObject({ code: "E_BACKUP_FOLDER" });
    expect(readdirSync(folder)).toEqual(["mine"]);
  });

  test("given a retired data folder, then it is not served again", async () => {
    const dataDir = inRoom("retired");
    mkdirSync(dataDir);
    retire(dataDir, { at: "2026-11-23T00:00:00Z", reason: "restored elsewhere" });
    await expect(serveLedger(dataDir, { port: PORT + 2 })).rejects.toThrow(/restored elsewhere/);
  });
});

describe("the archive", () => {
  const archive = () => usualArchive(original.dataDir);

  test("given two newer backups, then log from before them goes", async () => {
    const switchLog = async () => {
      await original.pool.query("insert into written select 1");
      await original.pool.query("select pg_switch_wal()");
    };
    await switchLog();
    const first = manifest.log[0] ?? "";
    await expect
      .poll(() => archiveState(archive()).segments, { timeout: 20_000 })
      .toBeGreaterThan(0);
    expect(readdirSync(archive().folder)).toContain(first);
    await backUp(original, inRoom("backups", "tuesday"));
    expect(readdirSync(archive().folder)).toContain(first);
    await switchLog();
    await backUp(original, inRoom("backups", "wednesday"));
    expect(readdirSync(archive().folder)).not.toContain(first);
  });

  test("given its bound is reached, then it stops and says so, and the next backup begins anew", async () => {
    const { folder } = archive();
    const many = segmentsBetween(`${"0".repeat(24)}`, "0000000000000004000000FF", 16 * 1024 * 1024);
    expect(many).toHaveLength(1280);
    for (const name of many) appendFileSync(path.join(folder, name), "");
    await original.pool.query("insert into written select 1");
    await original.pool.query("select pg_switch_wal()");
    await expect
      .poll(() => archiveState(archive()).stopped, { timeout: 20_000 })
      .toContain("the most it may");
    await backUp(original, inRoom("backups", "thursday"));
    expect(archiveState(archive())).toMatchObject({ stopped: undefined });
    await expect.poll(() => archiveState(archive()).segments, { timeout: 20_000 }).toBeLessThan(20);
  });
});
