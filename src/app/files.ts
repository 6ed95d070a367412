/** The caller's files, for operations that read or write one: line by line, never whole. */
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import readline from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Surroundings } from "../operations/operation.ts";

export const callersFiles: NonNullable<Surroundings["files"]> = {
  async *read(path) {
    const input = createReadStream(path);
    // readline swallows a failure of its input and ends: an unreadable file would look empty.
    const failed = new Promise<never>((_, reject) => input.once("error", reject));
    failed.catch(() => undefined);
    const lines = readline.createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    const each = lines[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([each.next(), failed]);
        if (next.done === true) break;
        yield next.value;
      }
    } finally {
      lines.close();
      input.destroy();
    }
  },
  async write(path, lines) {
    const part = `${path}.part`;
    try {
      await pipeline(Readable.from(withEnds(lines)), createWriteStream(part, { mode: 0o600 }));
      const file = await open(part, "r");
      await file.sync();
      await file.close();
      await rename(part, path);
    } catch (thrown) {
      await rm(part, { force: true });
      throw thrown;
    }
    return (await stat(path)).size;
  },
};

async function* withEnds(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield `${line}\n`;
}
