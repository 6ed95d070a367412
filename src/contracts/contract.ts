/**
 * What a contract is.
 *
 * contract     the agreed shape and meaning of one canonical event type, one version
 * version      1, 2, …; a published version never changes
 * status       `active`: may be written; `deprecated`: still read, no longer written;
 *              `reserved`: the name is taken, nothing may be written yet
 * owner        the role that answers for the meaning
 * personal     paths in the data that may name a person, each with its class (personal.ts)
 * clear        paths of free texts that name nobody, each with the reason
 * dataschema   the version's URI as CloudEvents carries it: `tieout:contracts/invoice.finalized/1`
 */
import type { z } from "zod";
import type { Json } from "../kernel/strict-json.ts";
import type { Accepts } from "./accepts.ts";
import { acceptsBy } from "./accepts.ts";
import type { Clear, Parter, PathOf, Personal, PersonalClass } from "./personal.ts";
import { makeParter } from "./personal.ts";

export type ContractOwner = "controller" | "revenue-operations" | "tax" | "engineering";

/** One thing wrong with the data of an event: where, and what. */
export interface Problem {
  readonly code: string;
  /** Place in the data: `lines.2.net`. */
  readonly path: string;
  readonly message: string;
}

/** A check of arithmetic or dates over data that has the right shape. */
export type DataCheck<T> = (data: T) => Problem[];

export interface Contract {
  readonly type: string;
  readonly version: number;
  readonly entity: string;
  readonly meaning: string;
  readonly owner: ContractOwner;
  readonly status: "active" | "deprecated";
  readonly schema: z.ZodType;
  /** A quick yes to data of the right shape; a no is the schema's to explain (accepts.ts). */
  readonly accepts: Accepts;
  readonly personal: Personal;
  readonly clear: Clear;
  /** Takes the personal fields out of data of this version. */
  readonly part: Parter;
  readonly check: DataCheck<unknown>;
  /** From the data of the version before; absent in version 1 and where the shape only grew. */
  readonly upcast?: (data: Json) => Json;
}

export interface ContractDefinition<Schema extends z.ZodType> {
  readonly type: string;
  readonly version: number;
  readonly entity: string;
  readonly meaning: string;
  readonly owner: ContractOwner;
  readonly status: "active" | "deprecated";
  readonly schema: Schema;
  readonly personal?: Readonly<Partial<Record<PathOf<z.infer<Schema>>, PersonalClass>>>;
  readonly clear?: Readonly<Partial<Record<PathOf<z.infer<Schema>>, string>>>;
  readonly check?: DataCheck<z.infer<Schema>>;
  readonly upcast?: (data: Json) => Json;
}

/** Declares a contract; the check is typed by the schema it follows. */
export function defineContract<Schema extends z.ZodType>(
  definition: ContractDefinition<Schema>,
): Contract {
  const { check, ...rest } = definition;
  const personal = (definition.personal ?? {}) as Personal;
  return {
    ...rest,
    accepts: whenAsked(definition.schema),
    personal,
    clear: (definition.clear ?? {}) as Clear,
    part: makeParter(definition.schema, personal),
    check: (check ?? (() => [])) as DataCheck<unknown>,
  };
}

/** Compiled by the first who asks: most commands of a hub's files never check a contract. */
function whenAsked(schema: z.ZodType): Accepts {
  let accepts: Accepts | undefined;
  return (data) => {
    accepts ??= acceptsBy(schema);
    return accepts(data);
  };
}

/** `tieout:contracts/invoice.finalized/1`. */
export function dataschemaOf(type: string, version: number): string {
  return `tieout:contracts/${type}/${version}`;
}

/** Type and version of one of our URIs; undefined when it is something else. */
export function parseDataschema(uri: string): { type: string; version: number } | undefined {
  const match = /^tieout:contracts\/([a-z][a-z0-9.-]*)\/([1-9]\d{0,3})$/.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { type: match[1], version: Number(match[2]) };
}
