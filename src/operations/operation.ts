/**
 * What a person or a clock may ask of the product.
 *
 * operation   one question or one act: name, permission, shapes of input and output, errors
 * context     the parts it may use; everything that differs between machines is passed in
 * plan        what an act would do, computed by the same code that does it; the default of acts
 * evidence    readers of what outside systems recorded, for the invariants that compare with it
 */
import type { z } from "zod";
import type { Actor, Permission, Scope } from "../access/roles.ts";
import { demand, reachOf } from "../access/roles.ts";
import type { SourceConnection } from "../connectors/kit/source.ts";
import type { TargetConnection } from "../connectors/kit/target.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Hasher } from "../kernel/hashing.ts";
import type { Random } from "../kernel/random.ts";
import type { Pool } from "../store/database.ts";
import type { Keyring } from "../store/keyring.ts";
import type { HeadKey } from "../store/release-handoffs.ts";
import type { RetentionSettings } from "../store/retention-classes.ts";
import { operationsErrors } from "./errors.ts";
import type { Passwords } from "./people/passwords.ts";

/** One request as the target's own journal has it. */
export interface JournalEntry {
  /** The reference of ours it bore, if any. */
  readonly reference: string | undefined;
  readonly arrivedAt: string;
}

/** One call as the target's own access log has it; both times on the target's clock. */
export interface AccessEntry {
  /** What was called, for whoever reads a violation: method, path, who called. */
  readonly what?: string;
  readonly arrivedAt: string;
  readonly answeredAt: string;
}

/** Each map is keyed by target connection; accessLogs by budget. All of it is optional. */
export interface Evidence {
  readonly journals?: ReadonlyMap<string, () => AsyncIterable<JournalEntry>>;
  readonly accessLogs?: ReadonlyMap<string, () => AsyncIterable<AccessEntry>>;
  /** The sub-ids that flows give to effects of one object and operation; "" is always tried. */
  readonly subIds?: readonly string[];
}

/** Bytes; `refuseBelow`: with less free intake refuses, `pauseBelow`: lanes wait too. */
export interface DiskSpace {
  readonly free: number;
  readonly total: number;
  readonly refuseBelow: number;
  readonly pauseBelow: number;
  /** False where the ledger is on a server elsewhere, whose disk nobody here can see. */
  readonly holdsLedger: boolean;
}

/** What only the process around us can see. A missing function is reported as not checked. */
export interface Surroundings {
  readonly engineReachable?: () => Promise<boolean>;
  /** Bytes on the disk that holds the data folder. */
  readonly diskSpace?: () => Promise<DiskSpace>;
  /** The copies of the ledger in the box; absent where another server keeps it. */
  readonly backups?: () => {
    /** When the newest was complete; undefined: none was made here. */
    readonly newestAt: string | undefined;
    /** Why the log is archived no more. */
    readonly archiveStopped: string | undefined;
  };
  /** The caller's own files. A server has none to offer: paths of strangers stay unopened. */
  readonly files?: {
    /** Lines without their ends. */
    readonly read: (path: string) => AsyncIterable<string>;
    /** Replaces the file when all lines are there, and not before. Returns its bytes. */
    readonly write: (path: string, lines: AsyncIterable<string>) => Promise<number>;
  };
}

export interface OperationContext {
  readonly pool: Pool;
  /** Its connection is its own: keys are no rows of any scope. */
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly actor: Actor;
  readonly version: string;
  readonly targets: ReadonlyMap<string, TargetConnection>;
  readonly sources: ReadonlyMap<string, SourceConnection>;
  /** Lets what an act made possible go at once; the sweeper would find it half a minute later. */
  readonly release: (keys: readonly HeadKey[]) => Promise<void>;
  /** True once whoever asked wants an act that takes long to end early. */
  readonly shouldStop?: () => boolean;
  readonly surroundings?: Surroundings;
  readonly evidence?: Evidence;
  readonly passwords?: Passwords;
  /** Months that classes of rows are kept for; what is not named is kept for good. */
  readonly retention?: RetentionSettings | undefined;
  /** Labelled points where a test may end the process. */
  readonly crash?: (label: string) => void;
  /**
   * The ledger as far as a scope reaches, bound by row security. Set where requests of people come
   * from outside; absent where the process owns the ledger anyway.
   */
  readonly scoped?: (scope: Scope) => Pool;
}

/** What an operation gets while it runs: `pool` reaches the rows of the asker's scope. */
export interface RunContext extends OperationContext {
  /**
   * The ledger as a whole, for an act that also asks for a permission over all of it. Throws
   * E_ACCESS_DENIED.
   */
  readonly whole: (permission: Permission) => Pool;
}

export interface Operation<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  /** One sentence, for help texts and API documents. */
  readonly summary: string;
  readonly permission: Permission;
  readonly input: Input;
  readonly output: Output;
  /** Codes it may raise besides E_OPERATIONS_INPUT and E_ACCESS_DENIED. */
  readonly errors: readonly string[];
  readonly run: (context: RunContext, input: z.output<Input>) => Promise<z.output<Output>>;
}

export function defineOperation<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}

/**
 * The one way to run an operation: permission, then input, then the act, over the rows of the
 * scope. Throws E_ACCESS_DENIED, E_OPERATIONS_INPUT and what the operation declares.
 */
export async function runOperation<Input extends z.ZodType, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  context: OperationContext,
  input: unknown,
): Promise<z.output<Output>> {
  const scope = demand(context.actor, operation.permission);
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const path = issue.path.map(String).join(".");
      return path === "" ? issue.message : `${path}: ${issue.message}`;
    });
    throw operationsErrors.E_OPERATIONS_INPUT({
      operation: operation.name,
      problems: problems.join("; "),
    });
  }
  const rowsOnly = reachOf(operation.permission) === "rows";
  const pool = (rowsOnly ? context.scoped?.(scope) : undefined) ?? context.pool;
  const whole = (permission: Permission): Pool => {
    if (reachOf(permission) !== "whole") throw new Error(`${permission} reaches rows only`);
    demand(context.actor, permission);
    return context.pool;
  };
  return operation.run({ ...context, pool, whole }, parsed.data);
}
