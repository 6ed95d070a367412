/**
 * Sends webhooks as Stripe does: signed, at least once, in no order anyone may rely on; tried
 * again until a 2xx or given up. What is owed is in the journal, so a restart goes on.
 */
import { z } from "zod";
import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { seededRandom } from "../../kernel/random.ts";
import type { Pending } from "./delivery-book.ts";
import { renderEvent } from "./render/record.ts";
import type { SendQueue } from "./send-queue.ts";
import { createSendQueue } from "./send-queue.ts";
import { createAgents, sendWebhook, signatureHeader } from "./send-webhook.ts";
import { shapeOf } from "./versions.ts";
import type { StripeWorld } from "./world.ts";

export const senderSettingsSchema = z.strictObject({
  /** False: events wait. */
  enabled: z.boolean(),
  /** Sends in flight at once. */
  concurrency: z.int().min(1).max(512),
  /** Sends started a second; 0 for as many as can be. */
  perSecond: z.int().min(0),
  /** Share of events that are sent twice although the first was accepted. */
  duplicateRate: z.number().min(0).max(1),
  /** Share of events an endpoint never gets, although the account says it did. */
  lossRate: z.number().min(0).max(1),
  /** The next one is drawn from so many of the oldest; 1 keeps the order of starts. */
  reorderWindow: z.int().min(1),
  /** Waits between tries, compressed; after the last one the event is given up. Stripe: 3 days. */
  retryDelaysMs: z.array(z.int().min(0)),
  timeoutMs: z.int().min(1),
  /** Added to the time stamp of the signature, seconds; beyond ±300 a receiver must refuse. */
  skewSeconds: z.int(),
});
export type SenderSettings = z.infer<typeof senderSettingsSchema>;

export const defaultSenderSettings: SenderSettings = {
  enabled: true,
  concurrency: 8,
  perSecond: 0,
  duplicateRate: 0,
  lossRate: 0,
  reorderWindow: 1,
  retryDelaysMs: [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000],
  timeoutMs: 10_000,
  skewSeconds: 0,
};

export interface Sender {
  readonly settings: SenderSettings;
  configure(change: Partial<SenderSettings>): SenderSettings;
  /** Resolves when nothing is queued, in flight or waiting for a retry, or after the time-out. */
  idle(timeoutMs?: number): Promise<void>;
  readonly inFlight: number;
  /** Forgets queues and waits, after the world was reset. */
  forget(): void;
  close(): void;
}

type Job = Pick<Pending, "event" | "endpoint"> & { readonly duplicate?: boolean };
type Outcome = "delivered" | "duplicate" | "failed" | "given-up" | "lost";

export function startSender(
  world: StripeWorld,
  clock: Clock,
  initial: Partial<SenderSettings> = {},
): Sender {
  return new WebhookSender(world, clock, { ...defaultSenderSettings, ...initial });
}

class WebhookSender implements Sender {
  settings: SenderSettings;
  inFlight = 0;
  readonly #world: StripeWorld;
  readonly #clock: Clock;
  readonly #agents = createAgents();
  readonly #queue: SendQueue<Job>;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Draws of the settings' rates; apart from the ids' seed, so settings never change an id. */
  readonly #random: Random;
  #closed = false;
  #woken = false;
  /** Rises at `forget`: sends of an earlier generation end unheard. */
  #generation = 0;
  #nextStart = 0;

  constructor(world: StripeWorld, clock: Clock, settings: SenderSettings) {
    this.#world = world;
    this.#clock = clock;
    this.settings = senderSettingsSchema.parse(settings);
    this.#random = seededRandom(world.settings.seed ^ 0x5eed);
    this.#queue = createSendQueue<Job>(this.#random, world.state.deliveries.pending());
    world.state.deliveries.onRaise = ({ event, endpoint }) => {
      this.#queue.add({ event, endpoint });
      this.#wake();
    };
    this.#wake();
  }

  configure(change: Partial<SenderSettings>): SenderSettings {
    this.settings = senderSettingsSchema.parse({ ...this.settings, ...change });
    this.#wake();
    return this.settings;
  }

  async idle(timeoutMs = 10_000): Promise<void> {
    const until = this.#clock.monotonic() + timeoutMs;
    const busy = (): boolean =>
      this.inFlight > 0 || this.#queue.size > 0 || this.#timers.size > 0 || this.#woken;
    while (busy() && this.#clock.monotonic() < until) {
      await new Promise((done) => setTimeout(done, 5));
    }
  }

  forget(): void {
    this.#generation += 1;
    this.inFlight = 0;
    this.#queue.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  close(): void {
    this.#closed = true;
    this.#world.state.deliveries.onRaise = undefined;
    this.forget();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  /** Not at once: the answer of the call that raised the event should go first. */
  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#pump();
    });
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #pump(): void {
    const { enabled, concurrency, perSecond, reorderWindow } = this.settings;
    if (this.#closed || !enabled) return;
    while (this.#queue.size > 0 && this.inFlight < concurrency) {
      if (perSecond > 0) {
        const now = this.#clock.monotonic();
        if (now < this.#nextStart) {
          this.#after(this.#nextStart - now, () => this.#wake());
          return;
        }
        this.#nextStart = now + 1000 / perSecond;
      }
      this.#start(this.#queue.take(reorderWindow));
    }
  }

  #start(job: Job): void {
    const { state } = this.#world;
    const endpoint = state.find("webhook_endpoint", job.endpoint);
    const event = state.events[state.eventById.get(job.event) ?? -1];
    const owed = state.deliveries.get(job.event, job.endpoint);
    if (event === undefined || (owed === undefined && job.duplicate !== true)) return;
    if (endpoint === undefined || endpoint.status !== "enabled") {
      this.#settle(job, "given-up", 0);
      return;
    }
    const { duplicateRate, lossRate, skewSeconds, timeoutMs } = this.settings;
    const first = job.duplicate !== true && owed?.tries === 0;
    if (first && lossRate > 0 && this.#random.unit() < lossRate) {
      this.#settle(job, "lost", 0);
      return;
    }
    const twice = first && duplicateRate > 0 && this.#random.unit() < duplicateRate;
    this.inFlight += 1;
    const generation = this.#generation;
    const shape = shapeOf(endpoint.renders_in);
    const body = JSON.stringify(renderEvent(event, shape, state.deliveries.owed(event.id)));
    const seconds = Math.floor(this.#clock.now() / 1000) + skewSeconds;
    const signature = signatureHeader(body, endpoint.secrets, seconds);
    const sending = { url: endpoint.url, body, signature, timeoutMs };
    void sendWebhook(this.#agents, sending).then((status) => {
      if (generation !== this.#generation) return;
      this.inFlight -= 1;
      this.#finish(job, status, twice);
      this.#wake();
    });
  }

  #finish(job: Job, status: number, twice: boolean): void {
    const accepted = status >= 200 && status < 300;
    if (job.duplicate === true) {
      this.#settle(job, "duplicate", status);
      return;
    }
    if (accepted) {
      this.#settle(job, "delivered", status);
      if (twice) this.#queue.add({ ...job, duplicate: true });
      return;
    }
    const tries = this.#world.state.deliveries.get(job.event, job.endpoint)?.tries ?? 0;
    const wait = this.settings.retryDelaysMs[tries];
    this.#settle(job, "failed", status);
    if (wait === undefined) this.#settle(job, "given-up", status);
    else {
      this.#after(wait, () => {
        this.#queue.add(job);
        this.#wake();
      });
    }
  }

  #settle({ event, endpoint }: Job, outcome: Outcome, status: number): void {
    this.#world.journal.append({ kind: "delivery", event, endpoint, outcome, status });
  }
}
