/**
 * What every part of the story works with.
 *
 * step   something that happens at one moment; the sandbox's clock stands there while it runs
 * name   the key of a step's call, and of the object it made
 * day    days before the end of the month, so 28 is the day of go-live
 */
import { z } from "zod";
import { isTieoutError } from "../kernel/errors.ts";
import type { Random } from "../kernel/random.ts";
import { demoErrors } from "./errors.ts";
import type { Country, Person } from "./people.ts";
import type { SandboxControl } from "./sandbox-control.ts";
import type { Form, StripeCalls } from "./stripe-calls.ts";
import type { InvoiceShape } from "./stripe-shapes.ts";
import { invoicePaymentShape, invoiceShape, namedShape } from "./stripe-shapes.ts";

export interface Step {
  readonly atMs: number;
  readonly text: string;
  readonly run: () => Promise<unknown>;
}

export interface Stage {
  readonly stripe: StripeCalls;
  readonly bank: SandboxControl;
  readonly random: Random;
  readonly steps: Step[];
  /** Ids of what was made, by name. */
  readonly made: Map<string, string>;
  /** Epoch milliseconds, a whole second, of so many days before the end. */
  at(daysAgo: number, minutes?: number): number;
  person(country: Country): Person;
  /** System that keeps this company's books; customers and products are tagged with it. */
  readonly books: string;
}

const DAY_MS = 86_400_000;

export function momentBefore(endMs: number): Stage["at"] {
  return (daysAgo, minutes = 0) =>
    Math.floor((endMs - daysAgo * DAY_MS + minutes * 60_000) / 1000) * 1000;
}

/** Adds a step. */
export function plan(stage: Stage, atMs: number, text: string, run: Step["run"]): void {
  stage.steps.push({ atMs, text, run });
}

/** The id of something made earlier in the story. */
export function idOf(stage: Stage, name: string): string {
  const id = stage.made.get(name);
  if (id !== undefined) return id;
  throw demoErrors.E_DEMO_ANSWER_UNREADABLE({ call: name, reason: "it was not made before" });
}

/** Makes an object and keeps its id under the name. */
export async function make(stage: Stage, name: string, path: string, form: Form): Promise<string> {
  const { id } = await stage.stripe.post(name, path, form, namedShape);
  stage.made.set(name, id);
  return id;
}

/** Changes an object; the answer is of no interest. */
export async function change(stage: Stage, name: string, path: string, form: Form): Promise<void> {
  await stage.stripe.post(name, path, form, namedShape);
}

/** As `change`, where the card is expected to be declined; that, too, leaves events. */
export async function changeDeclined(stage: Stage, name: string, path: string, form: Form) {
  try {
    await change(stage, name, path, form);
  } catch (thrown) {
    const declined = isTieoutError(thrown, "E_DEMO_STRIPE_REFUSED");
    if (!declined || thrown.details["status"] !== 402) throw thrown;
  }
}

const latestInvoice = z.object({ id: z.string(), latest_invoice: z.string() });

/** The newest invoice of the subscription with this name. */
export async function newestInvoice(stage: Stage, name: string): Promise<InvoiceShape> {
  const path = `/v1/subscriptions/${idOf(stage, name)}`;
  const { latest_invoice } = await stage.stripe.get(path, latestInvoice);
  return stage.stripe.get(`/v1/invoices/${latest_invoice}`, invoiceShape);
}

const intentShape = z.object({ id: z.string(), latest_charge: z.string() });

/** The charge that paid an invoice. */
export async function chargeOf(stage: Stage, invoice: string): Promise<string> {
  const path = `/v1/invoice_payments?invoice=${invoice}`;
  const payments = await stage.stripe.all(path, invoicePaymentShape);
  const paid = payments.find((one) => one.status === "paid");
  if (paid === undefined) {
    throw demoErrors.E_DEMO_ANSWER_UNREADABLE({ call: path, reason: "the invoice is not paid" });
  }
  const intent = `/v1/payment_intents/${paid.payment.payment_intent}`;
  return (await stage.stripe.get(intent, intentShape)).latest_charge;
}

const clockShape = z.object({ now: z.number() });

/**
 * Runs the steps in the order of their moments. The clock runs on while a step does, so it is set
 * anew for each, even of one moment; a step takes milliseconds and stays in its second.
 */
export async function runSteps(
  stage: Stage,
  told: (done: number, total: number, text: string) => void,
): Promise<void> {
  const steps = [...stage.steps].sort((a, b) => a.atMs - b.atMs);
  for (const [done, step] of steps.entries()) {
    await stage.bank.ask("PUT", "clock", { now: step.atMs }, clockShape);
    await step.run();
    told(done + 1, steps.length, step.text);
  }
}
