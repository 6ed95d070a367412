import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FreshDatabase } from "../../test/support/database.ts";
import { freshDatabase } from "../../test/support/database.ts";
import { testKeyring } from "../../test/support/system-cipher.ts";
import type { MasterKeys } from "../store/master-key.ts";
import { ensureMasterKey, masterKeyFile, masterKeys } from "./master-keys.ts";

let database: FreshDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await freshDatabase();
  dataDir = mkdtempSync(path.join(tmpdir(), "tieout-keys-"));
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

test("given several processes that rotate at once, then they do so one after the other", async () => {
  const where = { variables: {}, dataDir };
  ensureMasterKey(where);
  let under = 0;
  let most = 0;
  const counted = (keys: MasterKeys): MasterKeys => ({
    ...keys,
    renew: async () => {
      under += 1;
      most = Math.max(most, under);
      await keys.renew?.();
    },
    current: async () => {
      const id = await keys.current();
      await new Promise((resolve) => setTimeout(resolve, 50));
      under -= 1;
      return id;
    },
  });
  const rings = [1, 2, 3].map(() => testKeyring(database.url, counted(masterKeys(where))));
  const names = [{ use: "party" as const, owner: "rotated" }];
  const [before] = (await rings[0]!.named(names)).values();
  await Promise.all([...rings, rings[0]!].map((ring) => ring.rotate(() => false)));
  expect(most).toBe(1);
  expect(readFileSync(masterKeyFile(dataDir), "utf8").trim().split("\n")).toHaveLength(5);
  const fresh = testKeyring(database.url, masterKeys(where));
  expect([...(await fresh.named(names)).values()]).toEqual([before]);
  expect(await fresh.count()).toHaveLength(1);
  await Promise.all([fresh, ...rings].map((ring) => ring.close()));
});
