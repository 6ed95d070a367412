/**
 * The warehouse as a bulk target: canonical events in, a feed of all events and one typed row an
 * object out.
 */

import { isTieoutError } from "../../kernel/errors.ts";
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { BulkItem, BulkTarget, OperationSpec, Outcome } from "../kit/target.ts";
import { forgetEvents } from "./forget-events.ts";
import { loadEvents, notNow } from "./load-events.ts";
import { mergePlan } from "./merge-batch.ts";
import { inTransaction, openPool } from "./pool.ts";
import { prepareSchema } from "./prepare-schema.ts";
import { readDocuments } from "./read-documents.ts";
import type { ReadEvent } from "./read-event.ts";
import { readEvent } from "./read-event.ts";
import { rebuildTables } from "./rebuild-tables.ts";
import type { WarehouseSettingsInput } from "./settings.ts";
import { warehouseSettingsSchema } from "./settings.ts";

export interface WarehouseSurroundings extends Partial<ConnectorSurroundings> {
  /** Told when a resting connection breaks; the next load opens another. */
  readonly onIdleError?: (cause: Error) => void;
}

const OPERATION = "event.load";

/**
 * Opens nothing before the first `apply`, which also makes the schema. `settings` are checked
 * here: throws a ZodError.
 */
export function warehouseTarget(
  settings: WarehouseSettingsInput,
  surroundings: WarehouseSurroundings = {},
): BulkTarget {
  const checked = warehouseSettingsSchema.parse(settings);
  const { schema, connection, account, maxItems } = checked;
  const pool = openPool(checked, surroundings.onIdleError ?? (() => undefined));
  const plan = mergePlan(schema);
  let isReady = false;

  /** Once a process; two at a time wait for each other in PostgreSQL. */
  const prepare = async (): Promise<void> => {
    if (isReady) return;
    await inTransaction(pool, async (client) => {
      const { isOutgrown } = await prepareSchema(client, schema);
      if (isOutgrown) await rebuildTables(client, plan);
    });
    isReady = true;
  };

  return {
    kind: "bulk",
    system: "warehouse",
    connection,
    account,
    maxItems,
    operations: { [OPERATION]: loadOperation(checked.timeoutMs) },
    apply: async (items) => {
      try {
        await prepare();
      } catch (thrown) {
        return items.map(() => notNow(thrown));
      }
      const outcomes = await applyItems(items, (events) => loadEvents(pool, plan, events));
      // Somebody may have dropped the schema beneath us: look again before the next load.
      if (outcomes.some((one) => one.class === "later")) isReady = false;
      return outcomes;
    },
    documents: async function* () {
      await prepare();
      yield* readDocuments(pool, schema);
    },
    forget: async (events) => {
      await prepare();
      await inTransaction(pool, (client) => forgetEvents(client, schema, events));
    },
    close: () => pool.end(),
  };
}

/** Repeating is safe at any time, for the merge goes by event and version. */
function loadOperation(timeoutMs: number): OperationSpec {
  return {
    name: OPERATION,
    entity: "event",
    effect: "state",
    guard: "external-id",
    longestRunMs: timeoutMs,
    indexLagMs: 0,
  };
}

async function applyItems(
  items: readonly BulkItem[],
  load: (events: readonly ReadEvent[]) => Promise<readonly Outcome[]>,
): Promise<Outcome[]> {
  const read = items.map((item) => tryRead(item));
  const loaded = await load(read.flatMap((one) => (one.ok ? [one.event] : [])));
  let next = 0;
  return read.map((one) => {
    if (!one.ok) return one.outcome;
    next += 1;
    // There is one outcome for each event that was read.
    return loaded[next - 1] as Outcome;
  });
}

type Tried =
  | { readonly ok: true; readonly event: ReadEvent }
  | { readonly ok: false; readonly outcome: Outcome };

function tryRead(item: BulkItem): Tried {
  try {
    return { ok: true, event: readEvent(item) };
  } catch (thrown) {
    if (!isTieoutError(thrown)) throw thrown;
    const { code, message, details } = thrown;
    const cause = `${item.event.type} ${String(details["path"] ?? "")}`.trimEnd();
    return { ok: false, outcome: { class: "refused", code, cause, message } };
  }
}
