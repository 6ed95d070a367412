/**
 * What the demo makes go wrong on the way to the books, and what in the company's own house is out
 * of order. The first kind must settle by itself; the second is for a person, one case a cause.
 *
 * Effects whose guard is a probe (`record.patch`, an application of a payment) are only ever struck
 * after they were done: what is proved absent may be sent again only after the target's longest
 * running time, a quarter of an hour in NetSuite, and nobody watches a demo that long.
 */
import { z } from "zod";
import type { FaultPlanInput } from "../sandbox/kit/faults.ts";
import { calendarOf } from "./company.ts";
import { demoErrors } from "./errors.ts";
import { DEMO_SEED, DEMO_STRIPE_API_KEY } from "./names.ts";
import { closeMonth } from "./netsuite-account.ts";
import { DEMO_NETSUITE_TIMEOUT_MS } from "./netsuite-settings.ts";
import { openControl } from "./sandbox-control.ts";
import { openStripeCalls } from "./stripe-calls.ts";
import { endpointShape } from "./stripe-shapes.ts";

export interface PlantOptions {
  readonly netsuiteUrl: string;
  readonly stripeUrl: string;
  readonly apiKey?: string;
  readonly seed?: number;
}

export interface PlantedFault {
  /** Id of the fault's rule, where it is one; `struckFaults` counts by it. */
  readonly id: string;
  /** One sentence for the report. */
  readonly planted: string;
  /** What the hub must do about it, by itself or with a person. */
  readonly expected: string;
  readonly settles: "by itself" | "by a person";
}

const tooMany = {
  title: "Too Many Requests",
  status: 429,
  "o:errorDetails": [
    {
      detail: "Concurrent request limit exceeded. Request blocked.",
      "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
    },
  ],
};

const invoices = { operation: "record.put", pathRegex: "/record/v1/invoice/eid:" };
const customers = { operation: "record.put", pathRegex: "/record/v1/customer/eid:" };
const payments = { operation: "record.put", pathRegex: "/record/v1/customerPayment/eid:" };
const adopt = "the outcome is unknown: asked for by our reference, adopted, never posted twice";
const again = "sent again under the same reference";
const itself = { settles: "by itself" } as const;
const LATE_MS = DEMO_NETSUITE_TIMEOUT_MS + 2500;

type Planted = PlantedFault & { readonly rule?: NonNullable<FaultPlanInput["rules"]>[number] };

function netsuiteFaults(): Planted[] {
  const rule = (
    id: string,
    planted: string,
    expected: string,
    rest: Omit<NonNullable<Planted["rule"]>, "id">,
  ): Planted => ({ id, planted, expected, ...itself, rule: { id, ...rest } });
  return [
    rule(
      "lost-after-invoice",
      "Answers of three invoices lost after NetSuite had booked them",
      adopt,
      {
        match: invoices,
        action: { type: "reset-after" },
        nth: [3, 9, 17],
      },
    ),
    rule("lost-after-payment", "Answer of a payment lost after it was booked", adopt, {
      match: payments,
      action: { type: "reset-after" },
      nth: [4],
    }),
    rule(
      "lost-after-application",
      "Answer of a payment's application lost after it was done",
      "found by a probe and adopted",
      { match: { operation: "record.patch" }, action: { type: "reset-after" }, nth: [5] },
    ),
    rule("cut-before", "Connection cut before two invoices reached NetSuite", again, {
      match: invoices,
      action: { type: "reset-before" },
      nth: [5, 13],
    }),
    rule("cut-before-customer", "Connection cut before a customer reached NetSuite", again, {
      match: customers,
      action: { type: "reset-before" },
      nth: [6],
    }),
    rule("error-after", "503 for an invoice that NetSuite had booked", adopt, {
      match: invoices,
      action: { type: "status-after", status: 503, body: "Service Unavailable" },
      nth: [7],
    }),
    rule("slow", "An answer slower than our time-out", adopt, {
      match: invoices,
      action: { type: "late", delayMs: LATE_MS },
      nth: [11],
    }),
    rule("storm", "A burst of 24 refusals for too many requests", "slowed down, then went on", {
      match: { method: "PUT" },
      action: { type: "status", status: 429, body: tooMany },
      from: 40,
      rate: 0.5,
      times: 24,
    }),
  ];
}

const STRIPE_FAULTS: FaultPlanInput = {
  rules: [
    {
      id: "list-cut",
      match: { operation: "event.list" },
      action: { type: "reset-before" },
      nth: [2],
    },
  ],
};

/** Other tools of the company in NetSuite: of 15 seats they hold 1 to 9, changing all the time. */
const FOREIGN_SEATS = { foreign: { min: 1, max: 9, changeMs: 400 } };

const anything = z.unknown();

/**
 * Plants everything, before the hub starts to post; again starts all counters anew. The month has
 * to be there already. Returns it in words.
 */
export async function plantFaults(options: PlantOptions): Promise<readonly PlantedFault[]> {
  const { netsuiteUrl, stripeUrl } = options;
  const { closedMonth } = await storedCalendar(options);
  const faults = netsuiteFaults();
  const rules = faults.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  const netsuite = openControl(netsuiteUrl);
  const stripe = openControl(stripeUrl);
  try {
    await netsuite.ask("PUT", "faults", { seed: options.seed ?? DEMO_SEED, rules }, anything);
    await netsuite.ask("PUT", "netsuite/gate", FOREIGN_SEATS, anything);
    await stripe.ask("PUT", "faults", STRIPE_FAULTS, anything);
  } finally {
    await netsuite.close();
    await stripe.close();
  }
  await closeMonth(netsuiteUrl, closedMonth, true);
  return [
    ...faults.map(({ rule: _, ...told }) => told),
    ...surroundings(),
    ...houseFaults(closedMonth),
  ];
}

function surroundings(): PlantedFault[] {
  return [
    {
      id: "foreign-seats",
      planted: "Other tools hold up to 9 of the account's 15 seats",
      expected: "never more calls than are left, the rest later",
      ...itself,
    },
    {
      id: "list-cut",
      planted: "Stripe's event list cut while it was read",
      expected: "the sweep read it again from its cursor",
      ...itself,
    },
    {
      id: "webhooks",
      planted: "Webhooks twice, out of order, and one in a hundred never",
      expected: "kept once, ordered by what they need, the lost ones found by the sweep",
      ...itself,
    },
    {
      id: "stranger",
      planted: "An invoice for a customer that no webhook ever told of",
      expected: "the customer was fetched from Stripe",
      ...itself,
    },
  ];
}

function houseFaults(closedMonth: string): PlantedFault[] {
  const settles = "by a person" as const;
  return [
    {
      id: "inactive-item",
      planted: "A product archived in Stripe while customers still pay for it",
      expected: "its invoices wait under one cause: the inactive item",
      settles,
    },
    {
      id: "closed-period",
      planted: `Invoices dated into ${closedMonth}, which the books have closed`,
      expected: "held, never moved to another month",
      settles,
    },
    {
      id: "unmapped-tax",
      planted: "Sales tax of Texas without a tax code in the settings",
      expected: "held before anything was sent; no default code",
      settles,
    },
    {
      id: "strange-kind",
      planted: "An event of a kind that Stripe does not document",
      expected: "kept as a dead letter, with its reason",
      settles,
    },
  ];
}

const reportShape = z.object({
  rules: z.array(z.object({ id: z.string(), matched: z.int(), struck: z.int() })),
});

/** How often each rule struck so far, of both sandboxes, by the ids that `plantFaults` told. */
export async function struckFaults(
  options: Pick<PlantOptions, "netsuiteUrl" | "stripeUrl">,
): Promise<Readonly<Record<string, number>>> {
  const struck: Record<string, number> = {};
  for (const url of [options.netsuiteUrl, options.stripeUrl]) {
    const control = openControl(url);
    try {
      const { rules } = await control.ask("GET", "faults", undefined, reportShape);
      for (const rule of rules) struck[rule.id] = rule.struck;
    } finally {
      await control.close();
    }
  }
  return struck;
}

/** The dates of the month that the sandbox holds. Throws E_DEMO_NOT_SEEDED. */
export async function storedCalendar(options: Omit<PlantOptions, "netsuiteUrl">) {
  const { stripeUrl, apiKey = DEMO_STRIPE_API_KEY, seed = DEMO_SEED } = options;
  const stripe = openStripeCalls({ stripeUrl, apiKey, seed });
  try {
    const endpoints = await stripe.all("/v1/webhook_endpoints", endpointShape);
    const ours = endpoints.find((one) => one.metadata["demo_done"] === "yes");
    if (ours === undefined) throw demoErrors.E_DEMO_NOT_SEEDED();
    return calendarOf(Number(ours.metadata["demo_end"]));
  } finally {
    await stripe.close();
  }
}
