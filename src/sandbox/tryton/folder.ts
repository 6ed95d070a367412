/** The files of one server's folder, and what is written into them. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Random } from "../../kernel/random.ts";
import { newPassword } from "./password.ts";
import type { TrytonDatabase } from "./types.ts";

export interface TrytonFolder {
  readonly config: string;
  /** Name of the database; with SQLite also of the file `db/<database>.sqlite`. */
  readonly database: string;
  readonly databaseFile: string;
  readonly log: string;
  readonly pid: string;
  /** Where the template's file and the administrator's password lie. */
  readonly templateFile: string;
  readonly passwordFile: string;
  readonly home: string;
}

export function trytonFolder(
  folder: string,
  templateFolder: string,
  database: TrytonDatabase,
): TrytonFolder {
  const name = database.kind === "postgres" ? (database.name ?? "fin") : "fin";
  const places = {
    config: path.join(folder, "trytond.conf"),
    database: name,
    databaseFile: path.join(folder, "db", `${name}.sqlite`),
    log: path.join(folder, "trytond.log"),
    pid: pidFileOf(folder),
    templateFile: path.join(templateFolder, "template.sqlite"),
    passwordFile: path.join(templateFolder, `admin-${database.kind}.password`),
    home: folder,
  };
  for (const one of [path.dirname(places.databaseFile), templateFolder]) {
    mkdirSync(one, { recursive: true, mode: 0o700 });
  }
  return places;
}

/** Names the process that serves a folder. */
export function pidFileOf(folder: string): string {
  return path.join(folder, "trytond.pid.json");
}

/** The administrator's password of a template; made where there is none. Never logged. */
export function administratorPassword(file: string, random: Random): string {
  if (!existsSync(file)) {
    writeFileSync(file, `${newPassword(random)}\n`, { mode: 0o600 });
  }
  return readFileSync(file, "utf8").trim();
}

export type TrytonSettings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Writes the server's settings. The file carries the database's password: for us alone. */
export function writeConfig(
  file: string,
  port: number,
  database: TrytonDatabase,
  databaseFolder: string,
  more: TrytonSettings = {},
): void {
  const sections: Record<string, Record<string, string>> = {
    database: { uri: serverUri(database), path: databaseFolder, list: "False" },
    // Loopback only, whatever the caller sets; the address of a caller is no proxy's word.
    web: { listen: `127.0.0.1:${port}`, num_proxies: "0" },
  };
  for (const [section, values] of Object.entries(more)) {
    sections[section] = { ...values, ...sections[section] };
  }
  const text = Object.entries(sections).map(([section, values]) => {
    const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
    return `[${section}]\n${lines.join("\n")}\n`;
  });
  writeFileSync(`${file}.new`, text.join("\n"), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Tryton takes a server; the database's name comes with each request. */
function serverUri(database: TrytonDatabase): string {
  if (database.kind === "sqlite") return "sqlite://";
  const url = new URL(database.url);
  url.protocol = "postgresql:";
  url.pathname = "/";
  url.search = "";
  return url.href;
}
