/**
 * The programmatic Stripe account: everything the HTTP API does, without HTTP, and what Stripe's
 * own clock does. The HTTP handlers, a demo and a fault run all go through `perform`.
 */
import type { z } from "zod";
import type { Clock } from "../../kernel/clock.ts";
import type { Journal } from "../kit/journal.ts";
import { openJournal } from "../kit/journal.ts";
import type { Draft, WorldSettings } from "./draft.ts";
import { createDraft } from "./draft.ts";
import type { Refusal } from "./errors.ts";
import { refusalOf } from "./errors.ts";
import { renewDue } from "./objects/renewal.ts";
import type { Operation, Tombstone } from "./operation.ts";
import type { Operations } from "./operations.ts";
import { operations } from "./operations.ts";
import { readParams } from "./params.ts";
import type { AnyRecord, EventRecord } from "./records.ts";
import type { Json } from "./render/parts.ts";
import { renderEvent, renderRecord } from "./render/record.ts";
import type { SavedAnswer, StripeEffect, StripeState } from "./state.ts";
import { createState } from "./state.ts";
import { NEWEST_VERSION, shapeOf } from "./versions.ts";

export interface WorldOptions extends Partial<WorldSettings> {
  readonly clock: Clock;
  /** The journal's file; in memory only when absent. */
  readonly file?: string | undefined;
}

export type Outcome = { readonly result: AnyRecord | Tombstone } | { readonly refusal: Refusal };

export interface PerformOptions {
  readonly request?: EventRecord["request"];
  /** Makes the answer that is stored in the same journal line as the effect. */
  readonly save?: (outcome: Outcome, draft: Draft) => SavedAnswer | undefined;
}

type AnyOperation = Operation<z.ZodType, AnyRecord | Tombstone>;

/** `world.createCustomer({ name })` and so on: parameters as in Stripe, path names included. */
export type OperationCalls = {
  readonly [K in keyof Operations]: (
    params: z.input<Operations[K]["params"]>,
  ) => ReturnType<Operations[K]["apply"]>;
};

export interface WorldBase {
  readonly settings: WorldSettings;
  readonly state: StripeState;
  readonly journal: Journal<StripeEffect>;
  /** Epoch seconds. */
  now(): number;
  /** Runs one operation as one journal line; throws E_STRIPE_SANDBOX_REFUSED as Stripe would. */
  perform(
    operation: AnyOperation,
    params: unknown,
    options?: PerformOptions,
  ): AnyRecord | Tombstone;
  /** Writes changes that are no API call, or only a stored answer. */
  write(name: string, step: (draft: Draft) => void, answer?: SavedAnswer): void;
  /** Renews and finalizes whatever without a test clock is due by now. */
  renewDue(): void;
  /** As one API version shows it; default the account's. */
  render(record: AnyRecord, version?: string): Json;
  renderEvent(event: EventRecord, version?: string): Json;
  /** Forgets everything. */
  reset(): void;
  /** Closes the journal file. */
  close(): void;
}

export type StripeWorld = WorldBase & OperationCalls;

const BY_SYSTEM = { id: null, idempotency_key: null };

/** Opens a world; with a file it is what the file says it was. */
export function openStripeWorld(options: WorldOptions): StripeWorld {
  const { clock, file } = options;
  const settings: WorldSettings = {
    seed: options.seed ?? 1,
    apiVersion: options.apiVersion ?? NEWEST_VERSION,
    settlement: options.settlement ?? null,
    fee: options.fee ?? { percent: "2.9", fixed: 30 },
    availableAfter: options.availableAfter ?? 2 * 86_400,
  };
  shapeOf(settings.apiVersion);
  const state = createState();
  const journal = openJournal<StripeEffect>({ clock, file, fold: state.fold });
  const now = () => Math.floor(clock.now() / 1000);
  const commit = (
    name: string,
    draft: Draft,
    request: EventRecord["request"],
    answer: SavedAnswer | undefined,
  ): void => {
    if (draft.changes.length === 0 && answer === undefined) return;
    const line = { operation: name, changes: draft.changes, ids: draft.ids, request };
    journal.append({ kind: "operation", ...line, ...(answer === undefined ? {} : { answer }) });
  };
  const base: WorldBase = {
    settings,
    state,
    journal,
    now,
    perform(operation, params, { request = BY_SYSTEM, save } = {}) {
      const draft = createDraft(state, settings, now());
      try {
        const result = operation.apply(draft, readParams(operation.params, params));
        commit(operation.name, draft, request, save?.({ result }, draft));
        return result;
      } catch (thrown) {
        const refusal = refusalOf(thrown);
        if (refusal === undefined) throw thrown;
        const kept = refusal.keepsChanges === true ? draft : createDraft(state, settings, now());
        const remembered = refusal.remembered !== false;
        commit(operation.name, kept, request, remembered ? save?.({ refusal }, kept) : undefined);
        throw thrown;
      }
    },
    write(name, step, answer) {
      const draft = createDraft(state, settings, now());
      step(draft);
      commit(name, draft, BY_SYSTEM, answer);
    },
    renewDue: () => base.write("renewal", renewDue),
    render: (record, version = settings.apiVersion) =>
      renderRecord(record, shapeOf(version), now()),
    renderEvent: (event, version = settings.apiVersion) =>
      renderEvent(event, shapeOf(version), state.deliveries.owed(event.id)),
    reset() {
      state.clear();
      journal.clear();
    },
    close: () => journal.close(),
  };
  return Object.assign(base, callsOf(base));
}

function callsOf(base: WorldBase): OperationCalls {
  const calls: Record<string, (params: unknown) => unknown> = {};
  for (const [name, operation] of Object.entries(operations)) {
    calls[name] = (params) => base.perform(operation as unknown as AnyOperation, params);
  }
  return calls as OperationCalls;
}
