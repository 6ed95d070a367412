/** A manifest that carries the SHA-256 of itself without it: one that was changed is seen. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { messageOf } from "../kernel/errors.ts";
import type { Json } from "../kernel/strict-json.ts";

export const MANIFEST = "manifest.json";

export function digestOf(manifest: object): string {
  return createHash("sha256")
    .update(canonicalJson(manifest as Json))
    .digest("hex");
}

/** The manifest of a folder; throws what `refuse` makes of the reason. */
export function readDigested<Shape extends { readonly digest: string }>(
  folder: string,
  shape: z.ZodType<Shape>,
  refuse: (reason: string) => Error,
): Shape {
  const file = path.join(folder, MANIFEST);
  if (!existsSync(file)) throw refuse(`there is no ${MANIFEST}`);
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw refuse(messageOf(thrown));
  }
  const parsed = shape.safeParse(text);
  if (!parsed.success) throw refuse(parsed.error.issues[0]?.message ?? "unknown shape");
  const { digest, ...rest } = parsed.data;
  if (digestOf(rest) !== digest) throw refuse(`${MANIFEST} was changed`);
  return parsed.data;
}
