import { afterEach, expect, test, vi } from "vitest";
import { isTieoutError } from "../../kernel/errors.ts";
import { ensurePackages } from "./install-packages.ts";

const log = { info: () => {}, warn: () => {} };
afterEach(() => vi.restoreAllMocks());

test("given what is needed is there, then nothing is installed", async () => {
  const looked = vi.fn(() => true);
  await ensurePackages({ packages: ["hledger"], isThere: looked, log });
  expect(looked).toHaveBeenCalledOnce();
});

test("given it is absent and we are not root, then the error names the command", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1000);
  const wanted = ensurePackages({ packages: ["hledger", "zsh"], isThere: () => false, log });
  const thrown: unknown = await wanted.catch((cause: unknown) => cause);
  expect(isTieoutError(thrown, "E_TRYTON_ABSENT")).toBe(true);
  expect(String(thrown)).toContain(
    "apt-get update && apt-get install -y --no-install-recommends hledger zsh",
  );
});
