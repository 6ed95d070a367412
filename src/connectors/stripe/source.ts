import type { ConnectorSurroundings, SourceConnection } from "../kit/source.ts";
import { openStripeApi } from "./api.ts";
import { stripeErrors } from "./errors.ts";
import { fetchObject } from "./fetch-object.ts";
import { identifyStripe } from "./identify.ts";
import type { StripeSettingsInput } from "./settings.ts";
import { stripeSettingsSchema } from "./settings.ts";
import { verifySignature } from "./signature.ts";
import { SWEEP_OVERLAP_MS, sweepEvents } from "./sweep.ts";
import { translateStripe } from "./translate.ts";

/** An event holds one object with at most ten lines; the largest are far below. Unconfirmed. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** One Stripe account as a source. Throws a ZodError for settings that cannot be used. */
export function stripeSource(
  given: StripeSettingsInput,
  surroundings: ConnectorSurroundings,
): SourceConnection {
  const settings = stripeSettingsSchema.parse(given);
  const api = openStripeApi(settings, surroundings);
  return {
    system: "stripe",
    connection: settings.connection,
    maxBodyBytes: MAX_BODY_BYTES,
    verify: (request, nowMs) =>
      verifySignature(request, settings.webhookSecrets, settings.toleranceSeconds, nowMs),
    identify: (raw) => identifyStripe(raw, settings),
    // A body says itself whether it is an event or a retrieval.
    translate: (raw) => translateStripe(raw, settings),
    sweep: {
      streams: ["events"],
      overlapMs: SWEEP_OVERLAP_MS,
      page: async (stream, cursor) => {
        if (stream !== "events") throw stripeErrors.E_STRIPE_STREAM({ stream });
        return sweepEvents(api, settings, surroundings, cursor);
      },
    },
    fetch: (key) => fetchObject(api, settings, surroundings, key),
    close: () => api.close(),
  };
}
