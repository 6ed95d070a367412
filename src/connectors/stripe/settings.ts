/**
 * What a connection to one Stripe account must be told.
 *
 * account          `acct_…`; events of another account are refused
 * webhook secrets  one an endpoint, two while one is being rolled; any may fit
 * api version      the version we ask the API for when we fetch; webhooks and listed events come in
 *                  whatever version they were rendered in
 * legal entity     whose books the facts belong to, and the IANA zone in which its days are counted
 */
import { z } from "zod";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

const origin = z.url().refine(
  (text) => {
    const url = new URL(text);
    const secure = url.protocol === "https:" || LOOPBACK.has(url.hostname);
    return secure && url.pathname === "/" && url.search === "" && url.username === "";
  },
  { error: "an https origin without a path" },
);

const zone = z.string().refine(
  (name) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
      return false;
    }
  },
  { error: "an IANA time zone" },
);

const legalEntity = z.strictObject({ id: z.string().min(1), timeZone: zone });

export const stripeSettingsSchema = z.strictObject({
  /** Name of the connection in the ledger; part of every object key, never changed. */
  connection: z.string().regex(/^[a-z][a-z0-9-]*$/),
  origin: origin.default("https://api.stripe.com"),
  apiKey: z.string().min(1),
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}(\.[a-z_]+)?$/)
    .default("2026-10-28.endive"),
  webhookSecrets: z.array(z.string().min(1)),
  /** Seconds that a signature may be old or ahead; Stripe's own libraries use 300. */
  toleranceSeconds: z.int().positive().default(300),
  account: z.string().optional(),
  livemode: z.boolean(),
  legalEntity,
  /**
   * Objects whose metadata has this key belong to the entity named by its value. A value that is
   * not listed is a dead letter: a wrong entity is worse than none. So is money without the key,
   * until its invoice was read.
   */
  legalEntityByMetadata: z
    .strictObject({ key: z.string().min(1), entities: z.record(z.string(), legalEntity) })
    .optional(),
  timeoutMs: z.int().positive().default(30_000),
});

/** As written in a configuration. */
export type StripeSettingsInput = z.input<typeof stripeSettingsSchema>;
/** Complete. */
export type StripeSettings = z.output<typeof stripeSettingsSchema>;
export type LegalEntitySetting = z.output<typeof legalEntity>;
