/** The configuration file that the hubs of a fault run load. */
import type { TargetSetting } from "../../src/app/config.ts";
import { defineConfig } from "../../src/app/config.ts";
import { faultRunConfig } from "./settings.ts";

// biome-ignore lint/style/noDefaultExport: a configuration file is its default export.
export default defineConfig(({ env, databaseUrl }) =>
  faultRunConfig({
    stripeUrl: env("FAULTS_STRIPE_URL"),
    // Written by this run itself, from a setting of that type; the connector checks it anyway.
    books: JSON.parse(env("FAULTS_BOOKS")) as TargetSetting,
    seats: Number(env("FAULTS_SEATS")),
    webhookSecrets: env("FAULTS_WEBHOOK_SECRETS").split(","),
    databaseUrl,
  }),
);
