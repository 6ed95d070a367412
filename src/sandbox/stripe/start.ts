/** The Stripe sandbox as a running server: a world, its HTTP API, its webhooks. */
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../kernel/clock.ts";
import type { SandboxClock } from "../kit/clock.ts";
import { sandboxClock } from "../kit/clock.ts";
import type { FaultPlanInput } from "../kit/faults.ts";
import { createFaults } from "../kit/faults.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Route } from "../kit/router.ts";
import { route } from "../kit/router.ts";
import type { RunningSandbox } from "../kit/server.ts";
import { startSandbox } from "../kit/server.ts";
import { controlRoutes, unknownRoute, writeRoutes } from "./api.ts";
import { createGate } from "./gate.ts";
import { readRoutes } from "./reads.ts";
import type { Sender, SenderSettings } from "./sender.ts";
import { senderSettingsSchema, startSender } from "./sender.ts";
import type { StripeWorld, WorldOptions } from "./world.ts";
import { openStripeWorld } from "./world.ts";

export interface StripeSandboxOptions extends Omit<WorldOptions, "clock" | "file"> {
  readonly clock: Clock | SandboxClock;
  /** 0 takes any free port. */
  readonly port: number;
  /** Folder of the journal (`stripe.jsonl`); in memory only when absent. */
  readonly dataDir?: string | undefined;
  /** Calls a second before 429; 0 for none. Default 25, Stripe's limit in test mode. */
  readonly perSecond?: number;
  /** Accepted secret keys; any `sk_…` or `rk_…` when absent. */
  readonly keys?: readonly string[];
  readonly delivery?: Partial<SenderSettings>;
  readonly faults?: FaultPlanInput;
}

export interface StripeSandbox extends RunningSandbox {
  readonly world: StripeWorld;
  readonly sender: Sender;
  /** Changed while it runs: calls a second. */
  readonly limits: { perSecond: number };
}

/** Starts it on loopback. Throws E_SANDBOX_PORT_TAKEN. */
export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const { port, dataDir, keys, perSecond = 25, delivery, ...rest } = options;
  const clock = "shiftTo" in rest.clock ? rest.clock : sandboxClock(rest.clock);
  const file = dataDir === undefined ? undefined : join(dataDir, "stripe.jsonl");
  const world = openStripeWorld({ ...rest, clock, file });
  const faults = createFaults(options.faults);
  const limits = { perSecond };
  const gate = createGate({ world, faults, clock, keys, limits });
  const sender = startSender(world, clock, delivery);
  const running = await startSandbox(
    {
      name: "stripe",
      routes: [...writeRoutes(world, gate), ...readRoutes({ world, gate, faults })],
      fallback: unknownRoute(),
      intercept: gate.intercept,
      journal: world.journal,
      control: [...controlRoutes(world), ...ownControls(world, sender, limits)],
      state: () => ({
        ...world.state.counts(),
        stored_answers: world.state.answers.size,
        sends_in_flight: sender.inFlight,
      }),
      reset() {
        world.reset();
        sender.forget();
      },
      close: () => sender.close(),
    },
    { port, clock, plan: faults },
  ).catch((thrown: unknown) => {
    sender.close();
    world.close();
    throw thrown;
  });
  return Object.assign(running, { world, sender, limits });
}

const limitsSchema = z.strictObject({ perSecond: z.int().min(0) });
const againSchema = z.strictObject({ event: z.string(), endpoint: z.string().optional() });

function ownControls(world: StripeWorld, sender: Sender, limits: { perSecond: number }): Route[] {
  const delivery = "/__sandbox/delivery";
  const report = () => jsonAnswer(200, { settings: sender.settings, ...world.state.counts() });
  return [
    route("GET", delivery, "control", report),
    route("PUT", delivery, "control", (request) => {
      sender.configure(
        senderSettingsSchema.partial().parse(request.json()) as Partial<SenderSettings>,
      );
      return report();
    }),
    // Sends an event again, as Stripe's dashboard can: to one endpoint or to all that are enabled.
    route("POST", `${delivery}/again`, "control", (request) => {
      const { event, endpoint } = againSchema.parse(request.json());
      const targets =
        endpoint === undefined
          ? [...world.state.table("webhook_endpoint").byId.keys()]
          : [endpoint];
      for (const target of targets) {
        world.journal.append({
          kind: "delivery",
          event,
          endpoint: target,
          outcome: "again",
          status: 0,
        });
      }
      return report();
    }),
    route("GET", "/__sandbox/limits", "control", () => jsonAnswer(200, limits)),
    route("PUT", "/__sandbox/limits", "control", (request) => {
      limits.perSecond = limitsSchema.parse(request.json()).perSecond;
      return jsonAnswer(200, limits);
    }),
    route("POST", "/__sandbox/renew", "control", () => {
      world.renewDue();
      return jsonAnswer(200, world.state.counts());
    }),
  ];
}
