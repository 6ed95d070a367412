/** What a hub of a benchmark is told. */
import type { StripeSettingsInput } from "../src/connectors/stripe/settings.ts";
import { ACCOUNT_SECRET, SOURCE } from "./load-events.ts";

export interface HubInput {
  readonly name: string;
  readonly databaseUrl: string;
  readonly engine: { readonly ingressUrl: string; readonly adminUrl: string };
  /** The HTTP API is open to people. */
  readonly people?: boolean;
  /** `peers/target.mjs`, one call a handoff. */
  readonly books?: { readonly url: string; readonly lanes: number };
  /** The warehouse connector on a database of its own. */
  readonly warehouse?: { readonly url: string; readonly lanes: number };
  /** A bulk target that does nothing. */
  readonly nothing?: { readonly lanes: number };
}

export const stripeSettings: StripeSettingsInput = {
  connection: SOURCE,
  // Nothing is fetched in a benchmark; the discard port answers nobody.
  origin: "http://127.0.0.1:9",
  apiKey: "rk_test_bench",
  webhookSecrets: [ACCOUNT_SECRET],
  livemode: false,
  legalEntity: { id: "de", timeZone: "Europe/Berlin" },
};
