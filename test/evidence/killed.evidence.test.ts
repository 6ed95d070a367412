/**
 * The program itself, killed at labelled points of backup, restore and import: the ledger goes on,
 * nothing that looks finished is left, and the same command begins anew.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerServer } from "../support/ledger-server.ts";
import { forget, scratchFolder, serveLedger } from "../support/ledger-server.ts";
import { processesNaming } from "../support/processes.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/app/main.js", import.meta.url));
const PORT = 25560;
let room: string;
let ledger: LedgerServer;
let written = 0;

interface Ended {
  readonly code: number | string | null | undefined;
  readonly signal: string | null | undefined;
  readonly out: string;
  readonly err: string;
}

/** `crashAt`: the label and the count at which the process kills itself, as SIGKILL does. */
function tieout(dataDir: string, args: readonly string[], crashAt?: string): Promise<Ended> {
  const { DATABASE_URL: _, ...inherited } = process.env;
  const env = { ...inherited, TIEOUT_DATA: dataDir, TIEOUT_CRASH_AT: crashAt ?? "" };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env, cwd: room }, (cause, out, err) => {
      const { code = 0, signal } = (cause ?? {}) as Ended & { code?: number };
      resolve({ code, signal, out, err });
    });
  });
}

async function write(): Promise<void> {
  await ledger.pool.query("insert into written (id) values (default)");
  written += 1;
}

async function rowsIn({ pool }: LedgerServer): Promise<number> {
  return Number((await pool.query("select count(*) as n from written")).rows[0].n);
}

beforeAll(async () => {
  room = scratchFolder();
  mkdirSync(path.join(room, "backups"));
  ledger = await serveLedger(path.join(room, "original"), { port: PORT });
  await ledger.pool.query(
    "create table written (id bigint generated always as identity primary key)",
  );
});

afterAll(async () => {
  await ledger.stop();
  forget(room);
});

describe("a backup that is killed", () => {
  const points = [
    "backup-begun:1",
    "backup-file:1",
    "backup-file:400",
    "backup-copied:1",
    "backup-stopped:1",
    "backup-complete:1",
  ];
  test.each(points)(
    "given SIGKILL at %s, then the ledger goes on and the next backup is whole",
    async (point) => {
      const folder = path.join(room, "backups", point.replace(":", "-"));
      await write();
      expect(await tieout(ledger.dataDir, ["backup", folder], point)).toMatchObject({
        signal: "SIGKILL",
      });
      expect(existsSync(folder)).toBe(false);
      await write();
      await expect
        .poll(async () => (await ledger.pool.query("select * from pg_replication_slots")).rows)
        .toEqual([]);
      expect((await tieout(ledger.dataDir, ["backup", "verify", folder])).err).toContain(
        "E_BACKUP_MANIFEST",
      );
      const again = await tieout(ledger.dataDir, ["backup", folder]);
      expect(again, again.err).toMatchObject({ code: 0 });
      expect(await tieout(ledger.dataDir, ["backup", "verify", folder])).toMatchObject({ code: 0 });
      expect(
        readdirSync(path.dirname(folder)).filter((one) => one.endsWith(".unfinished")),
      ).toEqual([]);
      expect(await rowsIn(ledger)).toBe(written);
    },
  );
});

describe("a restore that is killed", () => {
  const points = [
    "restore-file:1",
    "restore-file:400",
    "restore-copied:1",
    "restore-recovering:1",
    "restore-recovered:1",
    "restore-raised:1",
    "restore-renamed:1",
  ];
  let backup: string;
  beforeAll(async () => {
    backup = path.join(room, "backups", "for-restores");
    await write();
    expect(await tieout(ledger.dataDir, ["backup", backup])).toMatchObject({ code: 0 });
  });

  test.each(points)("given SIGKILL at %s, then it is done again, or done", async (point) => {
    const dataDir = path.join(room, point.replace(":", "-"));
    expect(await tieout(dataDir, ["restore", backup], point)).toMatchObject({ signal: "SIGKILL" });
    const renamed = point.startsWith("restore-renamed");
    if (!renamed) {
      // Nobody gets an empty ledger where a restore was begun.
      await expect(serveLedger(dataDir, { port: PORT + 1 })).rejects.toMatchObject({
        code: "E_EMBEDDED_RESTORING",
      });
    }
    const again = await tieout(dataDir, ["restore", backup]);
    expect(again, again.err).toMatchObject({ code: 0 });
    const restored = await serveLedger(dataDir, { port: PORT + 1 });
    try {
      expect(await rowsIn(restored)).toBe(written);
      const { rows } = await restored.pool.query("select epoch, allowed from sending_permission");
      expect(rows).toEqual([{ epoch: 2, allowed: false }]);
    } finally {
      await restored.stop();
    }
    expect(processesNaming(dataDir)).toEqual([]);
    forget(dataDir);
  });
});

describe("an import that is killed", () => {
  let exported: string;
  beforeAll(async () => {
    exported = path.join(room, "exported");
    // An import takes what its migrations know; this table is of the test.
    await ledger.pool.query("drop table written");
    expect(await tieout(ledger.dataDir, ["export", exported])).toMatchObject({ code: 0 });
  });

  test.each(["import-made:1", "import-table:6", "import-filled:1"])(
    "given SIGKILL at %s, then it is done again",
    async (point) => {
      const dataDir = path.join(room, point.replace(":", "-"));
      expect(await tieout(dataDir, ["import", exported], point)).toMatchObject({
        signal: "SIGKILL",
      });
      const again = await tieout(dataDir, ["import", exported]);
      expect(again, again.err).toMatchObject({ code: 0 });
      const imported = await serveLedger(dataDir, { port: PORT + 1 });
      try {
        const { rows } = await imported.pool.query(
          "select epoch, allowed, (select count(*)::int from audit) as acts from sending_permission",
        );
        expect(rows).toEqual([{ epoch: 2, allowed: false, acts: 1 }]);
      } finally {
        await imported.stop();
      }
      forget(dataDir);
    },
  );
});

describe("another major version of PostgreSQL", () => {
  test("given a backup or a data folder of it, then it is refused with the way out", async () => {
    const dataDir = path.join(room, "older");
    mkdirSync(path.join(dataDir, "postgres", "data"), { recursive: true });
    writeFileSync(path.join(dataDir, "postgres", "data", "PG_VERSION"), "17\n");
    await expect(serveLedger(dataDir, { port: PORT + 1 })).rejects.toMatchObject({
      code: "E_EMBEDDED_MAJOR",
    });
    const page = readFileSync(new URL("../../docs/errors/engine.md", import.meta.url), "utf8");
    for (const code of ["E_EMBEDDED_MAJOR", "E_RESTORE_MAJOR"]) {
      const [, paragraph = ""] = page.split(`## ${code}\n`);
      expect(paragraph.split("## ")[0], code).toContain("tieout export");
    }
  });
});
