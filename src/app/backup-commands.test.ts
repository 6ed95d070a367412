import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../store/digested-manifest.ts";
import { archivesFor } from "./backup-commands.ts";

let room: string;
const at = (...names: string[]) => path.join(room, ...names);

beforeAll(() => {
  room = mkdtempSync(path.join(tmpdir(), "tieout-archives-"));
  mkdirSync(at("backup"));
  const rest = {
    ...{ format: "tieout-backup-1", version: "1", startedAt: "", finishedAt: "", startLsn: "" },
    ...{ server: { version: "18", major: 18, systemIdentifier: "1" }, stopLsn: "", log: [] },
    ...{ ledger: { migration: null, epoch: null }, archive: at("archive") },
    ...{ cluster: at("original"), folders: [], files: [], bytes: 0 },
  };
  const text = JSON.stringify({ ...rest, digest: digestOf(rest) });
  writeFileSync(at("backup", "manifest.json"), text);
});
afterAll(() => rmSync(room, { recursive: true }));

describe("the log that a restore to a moment is made from", () => {
  test("given neither archive nor original, then it is refused and not taken for the whole", () => {
    expect(() => archivesFor(at("backup"), { to: "latest" })).toThrow(/is not there/);
    const mistyped = { to: "latest", archive: at("archvie") };
    expect(() => archivesFor(at("backup"), mistyped)).toThrow(/archvie/);
    expect(archivesFor(at("backup"), {})).toEqual([]);
  });

  test("given an archive whose new beginning broke off, then what was put aside counts too", () => {
    mkdirSync(at("archive", "before"), { recursive: true });
    mkdirSync(at("original", "pg_wal"), { recursive: true });
    const both = [at("archive"), at("archive", "before")];
    const all = [...both, at("original", "pg_wal")];
    expect(archivesFor(at("backup"), { to: "latest" })).toEqual(all);
    expect(archivesFor(at("backup"), { to: "latest", archive: at("archive") })).toEqual(both);
  });
});
