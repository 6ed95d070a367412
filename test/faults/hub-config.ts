/** The configuration file that the hubs of a fault run load. */
import { defineConfig } from "../../src/app/config.ts";
import { faultRunConfig } from "./settings.ts";

// biome-ignore lint/style/noDefaultExport: a configuration file is its default export.
export default defineConfig(({ env, databaseUrl }) =>
  faultRunConfig({
    stripeUrl: env("FAULTS_STRIPE_URL"),
    netsuiteUrl: env("FAULTS_NETSUITE_URL"),
    webhookSecrets: env("FAULTS_WEBHOOK_SECRETS").split(","),
    databaseUrl,
  }),
);
