/**
 * What time does by itself: renewals at the end of a period, and finalization of their drafts one
 * hour later. Moved by a test clock for its customers, by `renewDue` for everyone else.
 */
import { z } from "zod";
import type { Draft } from "../draft.ts";
import { invalid } from "../errors.ts";
import type { Tombstone } from "../operation.ts";
import { operation } from "../operation.ts";
import { expand, int, text } from "../params.ts";
import type { InvoiceRecord, SubscriptionRecord, TestClockRecord } from "../records.ts";
import { nextPeriodEnd } from "./billing-period.ts";
import { finalize } from "./invoice-settle.ts";
import { billPeriod, charge, endSubscription } from "./subscription.ts";

const HOUR = 3600;
/** Real test clocks advance at most two intervals at once; this one is laxer. */
const MOST_STEPS = 10_000;

export const createTestClock = operation(
  "test_clock.create",
  "POST /v1/test_helpers/test_clocks",
  z.strictObject({ frozen_time: int, name: text.optional(), expand }),
  (draft, params): TestClockRecord => {
    const clock = draft.put<TestClockRecord>({
      object: "test_helpers.test_clock",
      id: draft.id("clock"),
      created: draft.now,
      name: params.name ?? null,
      frozen_time: params.frozen_time,
      status: "ready",
    });
    draft.emit("test_helpers.test_clock.created", clock);
    return clock;
  },
);

export const advanceTestClock = operation(
  "test_clock.advance",
  "POST /v1/test_helpers/test_clocks/:test_clock/advance",
  z.strictObject({ test_clock: text, frozen_time: int, expand }),
  (draft, params): TestClockRecord => {
    const clock = draft.get("test_helpers.test_clock", params.test_clock, "test_clock");
    if (params.frozen_time <= clock.frozen_time) {
      throw invalid("A test clock can only be advanced to a later time.", undefined, "frozen_time");
    }
    draft.emit("test_helpers.test_clock.advancing", clock);
    // Each step happens at its own time, so created times and event times are those of the day.
    runDue(draft, clock.id, params.frozen_time, (at) =>
      draft.put<TestClockRecord>({ ...clock, frozen_time: at }),
    );
    const ready = draft.put<TestClockRecord>({ ...clock, frozen_time: params.frozen_time });
    draft.emit("test_helpers.test_clock.ready", ready);
    return ready;
  },
);

export const deleteTestClock = operation(
  "test_clock.delete",
  "DELETE /v1/test_helpers/test_clocks/:test_clock",
  z.strictObject({ test_clock: text }),
  (draft, params): Tombstone => {
    const clock = draft.get("test_helpers.test_clock", params.test_clock, "test_clock");
    draft.drop(clock);
    draft.emit("test_helpers.test_clock.deleted", clock);
    return { id: clock.id, object: "test_helpers.test_clock", deleted: true };
  },
);

/** Renews everything without a test clock that is due by the draft's time. */
export function renewDue(draft: Draft): void {
  runDue(draft, null, draft.now, () => undefined);
}

type Step =
  | { readonly at: number; readonly renew: SubscriptionRecord }
  | { readonly at: number; readonly finalize: InvoiceRecord };

function runDue(
  draft: Draft,
  clock: string | null,
  until: number,
  moveTo: (at: number) => unknown,
): void {
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const step = nextStep(draft, clock, until);
    if (step === undefined) return;
    moveTo(step.at);
    if ("renew" in step) renew(draft, step.renew, step.at);
    else finalizeDraft(draft, step.finalize);
  }
}

/** The earliest thing that is due. */
function nextStep(draft: Draft, clock: string | null, until: number): Step | undefined {
  let earliest: Step | undefined;
  const consider = (step: Step): void => {
    if (step.at <= until && (earliest === undefined || step.at < earliest.at)) earliest = step;
  };
  for (const subscription of draft.all("subscription")) {
    const live = subscription.status === "active" || subscription.status === "past_due";
    if (live && subscription.test_clock === clock) {
      consider({ at: subscription.period.end, renew: subscription });
      const last = subscription.latest_invoice;
      const invoice = last === null ? undefined : draft.find("invoice", last);
      if (invoice?.status === "draft" && invoice.automatically_finalizes_at !== null) {
        consider({ at: invoice.automatically_finalizes_at, finalize: invoice });
      }
    }
  }
  return earliest;
}

function renew(draft: Draft, subscription: SubscriptionRecord, at: number): void {
  if (subscription.cancel_at_period_end) {
    endSubscription(draft, subscription, at);
    return;
  }
  const [first] = subscription.items;
  if (first?.price.recurring == null) return;
  const start = subscription.period.end;
  const end = nextPeriodEnd(subscription.billing_cycle_anchor, first.price.recurring, start);
  const renewed = draft.put<SubscriptionRecord>({ ...subscription, period: { start, end } });
  draft.emit("customer.subscription.updated", renewed, { diff: true });
  const invoice = billPeriod(draft, renewed, { start, end }, "subscription_cycle");
  draft.put<InvoiceRecord>({ ...invoice, automatically_finalizes_at: at + HOUR });
}

function finalizeDraft(draft: Draft, invoice: InvoiceRecord): void {
  const open = finalize(draft, invoice);
  if (invoice.subscription === null) return;
  charge(draft, open, draft.get("subscription", invoice.subscription));
}
