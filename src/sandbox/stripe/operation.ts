/**
 * An operation is one thing a caller may ask, declared once: its route, its parameters, and the
 * pure step from a draft and parameters to the record it returns.
 */
import type { z } from "zod";
import type { Draft } from "./draft.ts";
import type { AnyRecord } from "./records.ts";

/** What a deletion answers with. */
export interface Tombstone {
  readonly id: string;
  readonly object: string;
  readonly deleted: true;
}

export interface Operation<S extends z.ZodType, R extends AnyRecord | Tombstone> {
  /** `invoice.pay`; the journal, fault rules and the access log know it by this name. */
  readonly name: string;
  readonly method: "POST" | "DELETE";
  /** Names in the path (`:invoice`) are parameters of the schema. */
  readonly path: string;
  readonly params: S;
  readonly apply: (draft: Draft, params: z.output<S>) => R;
}

export function operation<S extends z.ZodType, R extends AnyRecord | Tombstone>(
  name: string,
  route: `${"POST" | "DELETE"} ${string}`,
  params: S,
  apply: (draft: Draft, params: z.output<S>) => R,
): Operation<S, R> {
  const [method, path = ""] = route.split(" ") as ["POST" | "DELETE", string];
  return { name, method, path, params, apply };
}
