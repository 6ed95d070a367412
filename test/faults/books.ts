/**
 * Books as a picture that the judges read, whichever system they are in; and NetSuite's, from its
 * journal: the file alone, without the sandbox's own code.
 *
 * Types are called as in NetSuite: invoice, creditMemo, customerPayment, customer.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const facts = z.object({
  total: z.string(),
  applications: z.array(z.object({ doc: z.string(), amount: z.string() })),
});

const image = z.object({
  type: z.string(),
  id: z.string(),
  externalId: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
  sublists: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  facts: facts.nullish(),
});

const line = z.object({
  seq: z.number(),
  at: z.number(),
  kind: z.string(),
  effect: z.enum(["create", "update", "delete"]).optional(),
  type: z.string().optional(),
  id: z.string().optional(),
  externalId: z.string().nullish(),
  currency: z.string().nullish(),
  origin: z.string().optional(),
  nonce: z.string().nullish(),
  image: image.nullish(),
});

export type JournalLine = z.infer<typeof line>;

/** A record that lives, with its latest image. */
export interface LiveRecord {
  readonly type: string;
  readonly id: string;
  readonly currency: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sublists: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Minor units; 0 for what is no transaction. */
  readonly total: bigint;
  readonly applications: readonly { readonly doc: string; readonly amount: bigint }[];
  /** Every image in order, the latest last: what was written over what. */
  readonly history: readonly Readonly<Record<string, unknown>>[];
}

export interface Books {
  /** The system, for people. */
  readonly system: string;
  of(type: string): readonly LiveRecord[];
}

export interface NetSuiteJournal extends Books {
  readonly lines: readonly JournalLine[];
}

export function booksOf(system: string, records: readonly LiveRecord[]): Books {
  return { system, of: (type) => records.filter((one) => one.type === type) };
}

export function readNetSuiteJournal(sandboxDir: string): NetSuiteJournal {
  const text = readFileSync(path.join(sandboxDir, "netsuite.jsonl"), "utf8");
  const lines = text
    .split("\n")
    .filter((one) => one !== "")
    .map((one) => line.parse(JSON.parse(one)))
    .filter((one) => one.kind === "record");
  const live = new Map<string, LiveRecord>();
  for (const one of lines) {
    const key = `${one.type}/${one.id}`;
    if (one.image === null || one.image === undefined) {
      live.delete(key);
      continue;
    }
    const { body, sublists, type, id, facts: told } = one.image;
    live.set(key, {
      type,
      id,
      currency: one.currency ?? "",
      body,
      sublists,
      total: BigInt(told?.total ?? "0"),
      applications: (told?.applications ?? []).map(({ doc, amount }) => {
        return { doc, amount: BigInt(amount) };
      }),
      history: [...(live.get(key)?.history ?? []), body],
    });
  }
  return { ...booksOf("NetSuite", [...live.values()]), lines };
}
