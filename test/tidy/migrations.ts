import { createHash } from "node:crypto";
import type { Rule, Tree, Violation } from "./source.ts";

export const checksums = "migrations/checksums.txt";

/** `sha256  NNNN-name`, one line a migration, in order: the lock that keeps history as it ran. */
export function lockLine(name: string, sql: string): string {
  return `${createHash("sha256").update(sql).digest("hex")}  ${name}`;
}

/** Names of the migrations' folders, in order. */
export function migrationNames(files: Tree["files"]): readonly string[] {
  const names = [...files.keys()].map((path) => /^migrations\/([^/]+)\//.exec(path)?.[1] ?? "");
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** The lock with a line for each migration that had none; what was locked stays as it is. */
export function extendLock(files: Tree["files"]): string {
  const lines = (files.get(checksums) ?? "").split("\n").filter((line) => line !== "");
  const known = new Set(lines.map((line) => line.split("  ")[1]));
  for (const name of migrationNames(files)) {
    const sql = files.get(`migrations/${name}/up.sql`);
    if (sql !== undefined && !known.has(name)) lines.push(lockLine(name, sql));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function shape({ files }: Tree): readonly Violation[] {
  const found: Violation[] = [];
  const report = (path: string, message: string) => found.push({ path, line: 1, message });
  for (const [index, name] of migrationNames(files).entries()) {
    const folder = `migrations/${name}`;
    const number = String(index + 1).padStart(4, "0");
    if (!/^\d{4}-[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      report(folder, "a migration's folder is named NNNN-name");
    else if (!name.startsWith(`${number}-`))
      report(folder, `numbers leave no gap and repeat none; this one must be ${number}`);
    for (const file of ["up.sql", "note.md"])
      if ((files.get(`${folder}/${file}`) ?? "").trim() === "")
        report(`${folder}/${file}`, "is missing or empty");
    const note = files.get(`${folder}/note.md`) ?? "";
    if (note.trim() !== "" && !/^breaking: (yes|no)$/m.test(note))
      report(`${folder}/note.md`, "has no line `breaking: yes` or `breaking: no`");
  }
  for (const path of files.keys())
    if (path.startsWith("migrations/") && !allowedFile.test(path))
      report(path, "does not belong to a migration; only up.sql and note.md do");
  return found;
}

const allowedFile = /^migrations\/(README\.md|checksums\.txt|[^/]+\/(up\.sql|note\.md))$/;

function unchanged({ files }: Tree): readonly Violation[] {
  const locked = (files.get(checksums) ?? "").split("\n").filter((line) => line !== "");
  const names = migrationNames(files);
  const found: Violation[] = [];
  for (const [index, line] of locked.entries()) {
    const name = line.split("  ")[1] ?? "";
    const sql = files.get(`migrations/${name}/up.sql`);
    const report = (message: string) => found.push({ path: checksums, line: index + 1, message });
    if (sql === undefined) report(`${name} was locked and is gone; bring it back`);
    else if (lockLine(name, sql) !== line)
      report(`${name}/up.sql changed after it was locked; undo that and write a new migration`);
    else if (names[index] !== name) report(`${name} is out of order; lines follow the numbers`);
  }
  for (const name of names)
    if (!locked.some((line) => line.endsWith(`  ${name}`)))
      found.push({
        path: `migrations/${name}/up.sql`,
        line: 1,
        message: "is not locked; run npm run migrations:lock",
      });
  return found;
}

const one = {
  "migrations/0001-first/up.sql": "select 1;",
  "migrations/0001-first/note.md": "# first\n\nbreaking: no\n",
};

export const migrationRules: readonly Rule[] = [
  {
    name: "migrations-contiguous",
    check: shape,
    caught: [
      {
        when: "a number is left out, a note is missing, a name is not a name, a file is extra",
        files: {
          ...one,
          "migrations/0003-third/up.sql": "select 3;",
          "migrations/0003-third/down.sql": "select 3;",
          "migrations/later/up.sql": "select 4;",
          "migrations/later/note.md": "breaking: no",
        },
        at: [
          "migrations/0003-third:1",
          "migrations/0003-third/note.md:1",
          "migrations/later:1",
          "migrations/0003-third/down.sql:1",
        ],
      },
      {
        when: "two people took the same number",
        files: {
          ...one,
          "migrations/0001-other/up.sql": "select 2;",
          "migrations/0001-other/note.md": "breaking: yes",
        },
        at: ["migrations/0001-other:1"],
      },
      {
        when: "a note does not say whether an older hub may run beside it",
        files: { ...one, "migrations/0001-first/note.md": "breaking: perhaps" },
        at: ["migrations/0001-first/note.md:1"],
      },
    ],
    clean: { ...one, [checksums]: "", "migrations/README.md": "" },
  },
  {
    name: "migrations-unchanged",
    check: unchanged,
    caught: [
      {
        when: "a locked file changed by one byte, or went away, or was never locked",
        files: {
          ...one,
          "migrations/0003-third/up.sql": "",
          [checksums]: [
            `${lockLine("0001-first", "select 1; ")}`,
            `${lockLine("0002-second", "select 2;")}\n`,
          ].join("\n"),
        },
        at: [`${checksums}:1`, `${checksums}:2`, "migrations/0003-third/up.sql:1"],
      },
    ],
    clean: { ...one, [checksums]: `${lockLine("0001-first", "select 1;")}\n` },
  },
];
