/** The repository as the scaffold sees it: files by path relative to its root. */
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { ScaffoldFile } from "./scaffold.ts";

export interface RepositoryFolder {
  exists(path: string): Promise<boolean>;
  /** Every file below a folder, its path relative to that folder; empty when there is none. */
  files(folder: string): Promise<readonly ScaffoldFile[]>;
  /** Makes the folders it needs; rejects when the file is there. */
  write(file: ScaffoldFile): Promise<void>;
}

/** The folder on disk. `root`: the repository's root, where package.json lies. */
export function repositoryFolder(root: string): RepositoryFolder {
  const exists = (path: string): Promise<boolean> =>
    access(join(root, path)).then(
      () => true,
      () => false,
    );
  return {
    exists,
    async files(folder) {
      if (!(await exists(folder))) return [];
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
        .sort();
      return Promise.all(
        paths.map(async (path) => ({
          path: path.replaceAll("\\", posix.sep),
          text: await readFile(join(root, folder, path), "utf8"),
        })),
      );
    },
    async write({ path, text }) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { flag: "wx" });
    },
  };
}
