// Writes the checksum of each new migration to migrations/checksums.txt. It only appends: a
// migration that has run somewhere is history, and test/tidy.test.ts reports any change of it.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checksums, extendLock } from "../test/tidy/migrations.ts";
import { readTree } from "../test/tidy/source.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const lock = extendLock(readTree(root).files);
writeFileSync(new URL(`../${checksums}`, import.meta.url), lock);
process.stdout.write(`${lock.split("\n").length - 1} migrations are locked\n`);
