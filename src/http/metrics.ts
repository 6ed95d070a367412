/**
 * The figures a Prometheus scrapes: what this process counted, and what the ledger says. Every name
 * is in docs/metrics.md. No id is ever a label: labels are connections, targets, states, codes.
 *
 * Ledger figures are read at most every two seconds, and more rarely as reading them gets dearer:
 * a scrape must never become a load of its own.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../kernel/clock.ts";
import type { LedgerFigures } from "../store/count-figures.ts";
import { countFigures } from "../store/count-figures.ts";
import type { Session } from "../store/database.ts";
import type { BudgetRow, SendingRow } from "../store/list-connections.ts";
import { findSendingPermission, listBudgets } from "../store/list-connections.ts";

export interface Metrics {
  /** One call to a target and what came of it. */
  onCall(target: string, outcomeClass: string, durationMs: number): void;
  /** One fact taken in, with its verdict. */
  onIntake(connection: string, verdict: string, durationMs: number): void;
  /** `queued`: facts that wait in memory to be stored. */
  scrape(
    session: Session,
    live: { readonly queued: number; readonly space?: RoomFigures },
  ): Promise<{ type: string; text: string }>;
}

/** The room that the ledger has left; undefined where nobody can tell. */
export interface RoomFigures {
  readonly state: "ok" | "refusing" | "pausing";
  readonly room: number | undefined;
}

export interface MetricsOptions {
  readonly version: string;
  readonly clock: Clock;
  /** The runtime's own figures (memory, event loop); off where a process has several registries. */
  readonly runtime: boolean;
}

const FRESH_MS = 2000;
/** At most a twentieth of the time goes into reading figures. */
const DEARNESS = 20;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function makeMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.runtime) collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: "tieout_call_seconds",
    help: "Calls to targets by outcome, seconds until the answer.",
    labelNames: ["target", "outcome"],
    buckets: SECONDS,
    registers: [registry],
  });
  const facts = new Counter({
    name: "tieout_facts_total",
    help: "Facts taken in by connection and verdict.",
    labelNames: ["connection", "verdict"],
    registers: [registry],
  });
  const intake = new Histogram({
    name: "tieout_intake_seconds",
    help: "From the arrival of a fact until it is durable, seconds.",
    labelNames: ["connection"],
    buckets: SECONDS,
    registers: [registry],
  });
  const ledger = ledgerGauges(registry);
  const room = roomGauges(registry);
  ledger.build.set({ version: options.version }, 1);
  let readAt = Number.NEGATIVE_INFINITY;
  let freshMs = FRESH_MS;
  let reading: Promise<void> | undefined;

  const read = async (session: Session): Promise<void> => {
    const started = options.clock.monotonic();
    const figures = await countFigures(session);
    const budgets = await listBudgets(session);
    setLedger(ledger, figures, budgets, await findSendingPermission(session));
    readAt = options.clock.monotonic();
    freshMs = Math.max(FRESH_MS, (readAt - started) * DEARNESS);
    ledger.readSeconds.set((readAt - started) / 1000);
  };
  return {
    onCall: (target, outcome, ms) => calls.observe({ target, outcome }, ms / 1000),
    onIntake(connection, verdict, ms) {
      facts.inc({ connection, verdict });
      intake.observe({ connection }, ms / 1000);
    },
    async scrape(session, { queued, space }) {
      ledger.queued.set(queued);
      setRoom(room, space);
      if (options.clock.monotonic() - readAt >= freshMs) {
        // Two scrapers at once share one reading; a failed one is tried again by the next scrape.
        reading ??= read(session).finally(() => {
          reading = undefined;
        });
        const failed = await reading.then(
          () => 0,
          () => 1,
        );
        ledger.failed.set(failed);
      }
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}

function roomGauges(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  return {
    bytes: gauge("tieout_ledger_room_bytes", "Bytes the ledger may still grow, where known."),
    refusing: gauge("tieout_intake_refusing", "1 while intake refuses for want of room."),
    pausing: gauge("tieout_lanes_pausing", "1 while lanes claim nothing for want of room."),
  };
}

function setRoom(gauges: ReturnType<typeof roomGauges>, space: RoomFigures | undefined): void {
  const { state = "ok", room } = space ?? {};
  // Not known is not nothing: an alarm on little room must not ring.
  gauges.bytes.set(room ?? Number.NaN);
  gauges.refusing.set(state === "ok" ? 0 : 1);
  gauges.pausing.set(state === "pausing" ? 1 : 0);
}

type LedgerGauges = ReturnType<typeof ledgerGauges>;

function ledgerGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] });
  return {
    build: gauge("tieout_build_info", "Always 1; the version is a label.", ["version"]),
    queued: gauge("tieout_intake_queued", "Facts in memory that wait to be stored.", []),
    failed: gauge("tieout_ledger_figures_failed", "1 when the ledger could not be read.", []),
    readSeconds: gauge("tieout_ledger_figures_seconds", "What reading these figures took.", []),
    events: gauge("tieout_events_recorded", "Canonical events in the ledger, approximately.", []),
    handoffs: gauge("tieout_handoffs", "Handoffs by target and state.", ["target", "state"]),
    waiting: gauge("tieout_waiting_handoffs", "Open handoffs by reason.", ["target", "reason"]),
    oldest: gauge("tieout_waiting_oldest_seconds", "Age of the oldest open handoff by reason.", [
      "target",
      "reason",
    ]),
    pending: gauge("tieout_objects_pending", "Business objects with an open handoff.", [
      "target",
      "entity",
    ]),
    subscriptions: gauge(
      "tieout_subscriptions_pending_posting",
      "Subscriptions of which something is not in the target yet.",
      ["target"],
    ),
    cases: gauge("tieout_exceptions_open", "Open exceptions by code.", ["code"]),
    money: gauge(
      "tieout_exceptions_money_minor",
      "Money in open exceptions, minor units of its currency; never to be added over currencies.",
      ["code", "currency"],
    ),
    caseAge: gauge("tieout_exceptions_oldest_seconds", "Age of the oldest exception by code.", [
      "code",
    ]),
    dead: gauge("tieout_dead_letters_open", "What arrived and was not understood.", [
      "connection",
      "code",
    ]),
    unsealed: gauge("tieout_unsealed_rows", "Rows of evidence that are in no block yet.", []),
    unsealedAge: gauge(
      "tieout_unsealed_oldest_seconds",
      "Age of the oldest row of evidence that is in no block yet.",
      [],
    ),
    seats: gauge("tieout_budget_seats", "Seats a budget has.", ["budget"]),
    seatsHeld: gauge("tieout_budget_seats_held", "Seats held by a living hub.", ["budget"]),
    seatsCalling: gauge("tieout_budget_seats_calling", "Seats with a call under way.", ["budget"]),
    paused: gauge("tieout_budget_paused", "1 while the target asked for a pause.", ["budget"]),
    sending: gauge("tieout_sending_allowed", "1 while this ledger may send.", []),
  };
}

/** Gauges are emptied first: a code without open cases must not keep its last figure. */
function setLedger(
  gauges: LedgerGauges,
  figures: LedgerFigures,
  budgets: readonly BudgetRow[],
  sending: SendingRow,
): void {
  const { build: _build, queued: _queued, ...ofLedger } = gauges;
  for (const one of Object.values(ofLedger)) one.reset();
  gauges.events.set(figures.events);
  gauges.unsealed.set(figures.unsealed.rows);
  gauges.unsealedAge.set(figures.unsealed.oldest_seconds);
  gauges.sending.set(sending.allowed ? 1 : 0);
  for (const { target, state, handoffs } of figures.handoffs) {
    gauges.handoffs.set({ target, state }, handoffs);
  }
  for (const { target, wait: reason, handoffs, oldest_seconds } of figures.waits) {
    gauges.waiting.set({ target, reason }, handoffs);
    gauges.oldest.set({ target, reason }, Math.max(0, oldest_seconds));
  }
  for (const { target, entity, objects } of figures.pending) {
    gauges.pending.set({ target, entity }, objects);
    if (entity === "subscription") gauges.subscriptions.set({ target }, objects);
  }
  for (const { code, cases, oldest_seconds, minors } of figures.exceptions) {
    gauges.cases.set({ code }, cases);
    gauges.caseAge.set({ code }, Math.max(0, oldest_seconds));
    for (const [currency, minor] of Object.entries(minors ?? {})) {
      gauges.money.set({ code, currency }, Number(minor));
    }
  }
  for (const { connection, code, letters } of figures.deadLetters) {
    gauges.dead.set({ connection, code }, letters);
  }
  for (const one of budgets) {
    const { name: budget } = one;
    gauges.seats.set({ budget }, one.concurrency);
    gauges.seatsHeld.set({ budget }, one.seats_held);
    gauges.seatsCalling.set({ budget }, one.seats_calling);
    gauges.paused.set({ budget }, one.paused ? 1 : 0);
  }
}
